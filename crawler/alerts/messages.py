"""Writes the message on what an alert matched, and sends it to one address (mail, chat, webhook) by apprise, in a
process of its own.

What apprise logs names addresses and tokens; of it nothing is passed on but codes and kinds of errors.
"""

from __future__ import annotations

import errno
import logging
import os
import re
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from archive.console import printable, stored_moment
from archive.diff.summary import line, unmarked
from archive.queries.alert_matches import AlertItem
from crawler.config.alert_tables import Alert

_MOST_ENTRIES, _MOST_QUOTES = 30, 3
_ELLIPSIS = "…"
_EVENTS = {"edited": "edited", "gone": "disappeared", "back": "back", "new": "new"}
# A name that a newspaper prints behind @ would notify whoever bears it on Mastodon or in a chat.
_MENTION = re.compile(r"(?<!\w)@(?=\w)")


@dataclass(frozen=True, slots=True)
class AlertMessage:
    """A message. entries: one for each match, several lines each; count: how many matches there are, also those that
    have no entry; key: its id, the same in every attempt to send it."""

    title: str
    entries: tuple[str, ...]
    count: int
    key: str


def alert_message(alert: Alert, items: Sequence[AlertItem], key: str, *, sample: bool = False) -> AlertMessage:
    """The message on what an alert matched; one at least."""
    counts = Counter(item.kind for item in items)
    kinds = ", ".join(f"{counts[kind]} {word}" for kind, word in _EVENTS.items() if counts[kind])
    title = f"luubao {alert.name}: {kinds}{' (a test)' if sample else ''}"
    return AlertMessage(
        _shown(title), tuple(entry(item, alert.room) for item in items[:_MOST_ENTRIES]), len(items), key
    )


def entry(item: AlertItem, room: str | None = None) -> str:
    """What a message says of one match. room: the reading room's URL; its page of the match is linked."""
    return "\n".join([*map(_shown, _lines(item)), *([_link(item, room)] if room else [])])


def _link(item: AlertItem, room: str) -> str:
    edit = f"diff/{item.article_id}/v{item.number - 1}..v{item.number}" if item.number else ""
    return f"{room.rstrip('/')}/-/{edit or f'article/{item.article_id}'}"


def _lines(item: AlertItem) -> Iterator[str]:
    where = ", ".join(filter(None, (item.outlet, item.section)))
    yield f"{where}: {_EVENTS[item.kind]}, seen {stored_moment(item.at, item.timezone)}"
    yield item.headline
    for quote in item.gist.quotes[:_MOST_QUOTES]:
        yield f"{'' if quote.part == 'body' else f'{quote.part}: '}{line(list(unmarked(quote.pieces)))}"
    if more := len(item.gist.quotes[_MOST_QUOTES:]):
        yield f"and {more} more change{'s' * (more != 1)}"
    yield from (f"picture {picture.kind}" for picture in item.gist.pictures)
    if item.reason:
        yield item.reason
    yield item.url


def _shown(text: str) -> str:
    return _MENTION.sub("@\u200b", printable(text))


def truncated(written: AlertMessage, limit: int) -> str:
    """The body of a message within `limit` characters: the first entries, and how many more matches there are."""
    kept: list[str] = []
    for text in written.entries:
        tried = [*kept, text]
        if len("\n\n".join([*tried, *_rest(written.count - len(tried))])) > limit:
            break
        kept = tried
    if not kept:
        rest = "".join(f"\n\n{text}" for text in _rest(written.count - 1))
        return written.entries[0][: limit - len(rest) - 1].rstrip() + _ELLIPSIS + rest
    return "\n\n".join([*kept, *_rest(written.count - len(kept))])


def _rest(count: int) -> list[str]:
    return [f"and {count} more"] if count else []


_NEVER_ARRIVED = {errno.ECONNREFUSED, errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EACCES, errno.ENOENT}
_HTTP_ERROR = re.compile(r"\berror=(\d{3})\b")
_SMTP_REPLY = re.compile(r"[(\s]([45]\d\d), b['\"]")
_ERRNO = re.compile(r"\[Errno (-?\d+)\]")


@dataclass(frozen=True, slots=True)
class Delivery:
    """A letter and the address it goes to."""

    address: str
    alert_message: AlertMessage


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a delivery. why: the end of a sentence about the receiver, without anything of its address; empty
    where it was accepted. surely: whether it is known that the message did not arrive."""

    why: str = ""
    surely: bool = False


@contextmanager
def delivering() -> Iterator[Callable[[Delivery], Outcome]]:
    warnings.simplefilter("ignore")
    logging.lastResort = None
    import apprise.plugins.email  # noqa: F401  # takes longer to import than a message to send

    yield deliver


def deliver(delivery: Delivery) -> Outcome:
    """Sends a message. An error is an outcome too."""
    log = _Records()
    logger = logging.getLogger("apprise")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(log)
    logger.propagate = False
    try:
        return _send(delivery, log)
    except Exception as error:  # noqa: BLE001  # of code for a hundred services; the text of it may be secret
        return Outcome(f"could not be reached ({type(error).__name__})")
    finally:
        logger.removeHandler(log)


def _send(delivery: Delivery, log: _Records) -> Outcome:
    import apprise

    service = apprise.Apprise.instantiate(delivery.address)
    if service is None:
        return Outcome("has an address that apprise does not know, or that lacks something", surely=True)
    _mark(delivery.alert_message.key)
    title = delivery.alert_message.title
    room = service.body_maxlen - (0 if service.title_maxlen else len(title) + 2)
    body = truncated(delivery.alert_message, max(room * 9 // 10, 80))  # a service may escape some characters
    if service.notify(body=body, title=title, body_format=apprise.NotifyFormat.TEXT):
        return Outcome()
    return explained("\n".join(log.texts))


def _mark(key: str) -> None:
    """Gives all that this process sends the key of the message: mails as their Message-ID (RFC 5322 section 3.6.4),
    requests as their Idempotency-Key (draft-ietf-httpapi-idempotency-key-header), which Mastodon and others heed."""
    import requests
    from apprise.plugins.email import base as mail

    vars(mail)["make_msgid"] = lambda *_, **__: f"<{key}@luubao>"
    original = requests.Session.request

    def request(self: Any, method: Any, url: Any, **options: Any) -> Any:
        own = str(uuid5(NAMESPACE_URL, f"{key} {method} {url} {options.get('data')!r} {options.get('json')!r}"))
        headers = {**(options.pop("headers", None) or {}), "Idempotency-Key": own}
        return original(self, method, url, headers=headers, **options)

    requests.Session.request = request


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.texts: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.texts.append(record.getMessage())


def explained(logged: str) -> Outcome:
    """Why a message was not accepted, from what apprise logged; in words of our own."""
    if found := _HTTP_ERROR.search(logged):
        return Outcome(f"answered {found[1]}", surely=found[1].startswith("4"))
    if found := _SMTP_REPLY.search(logged):
        return Outcome(f"answered {found[1]}")
    if found := _ERRNO.search(logged):
        code = int(found[1])
        return Outcome(f"could not be reached: {os.strerror(code)}" if code > 0 else "has a host that is not known",
                       surely=code < 0 or code in _NEVER_ARRIVED)  # fmt: skip
    if re.search("timed? ?out", logged, re.IGNORECASE):
        return Outcome("did not answer in time")
    if "certificate" in logged.lower():
        return Outcome("has a certificate that is not valid", surely=True)
    return Outcome("did not take it")
