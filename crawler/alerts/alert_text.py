"""Writes the text of a message on what an alert matched."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from archive.console.output import printable, stored_moment
from archive.diff.summary import Quote, line, unmarked
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
        yield f"{'' if quote.part == 'body' else f'{quote.part}: '}{_quoted(quote)}"
    if more := len(item.gist.quotes[_MOST_QUOTES:]):
        yield f"and {more} more change{'s' * (more != 1)}"
    yield from (f"picture {picture.kind}" for picture in item.gist.pictures)
    if item.reason:
        yield item.reason
    yield item.url


def _quoted(quote: Quote) -> str:
    return line(list(unmarked(quote.pieces)))


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
