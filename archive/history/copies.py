"""Near-duplicates: one article at several URLs (AMP, mobile, print, moved): which URL is primary, which page is the
fuller variant of a copy met first, and which differences are edits. What a mobile or print copy leaves out is no edit.
Whether a near-duplicate is the same article at all: article_identity.py."""

from __future__ import annotations

from datetime import datetime, timedelta

from archive.history.article_identity import RECENT, is_primary_alive, takes_over
from archive.history.edits import (
    PARTS,
    begins_one,
    changed_fields,
    is_day,
    is_redated,
    is_walled,
    lines_of,
    picture_refs,
    said_fields,
    state_of,
)
from archive.history.facts import UrlCapture, declared_key
from archive.history.picture_changes import VISIT, shown_page
from archive.history.values import Article, UrlRendition
from archive.model.records import Outlet, Reading
from archive.model.urls import print_kind
from archive.text.recurring_blocks import PICTURE_REMOVED

_JUST_NOW = timedelta(minutes=15)
_WORDS = ("headline", "body")
"""Fields that a copy shares with its original, except for what a shorter copy leaves out."""


def inherits(article: Article, capture: UrlCapture, reading: Reading, outlet: Outlet) -> bool:
    """Whether a URL is, or becomes, the article's primary URL: it was; the primary URL redirects here, died,
    declares this URL as canonical, looks like a variant by its URL, or stands on a domain that the outlet has moved
    from."""
    if capture.key == article.primary or article.primary in capture.via or not is_primary_alive(article, capture.time):
        return True
    return takes_over(capture.key, article.primary, outlet) or _is_declared(article, capture, reading, outlet)


def _is_declared(article: Article, capture: UrlCapture, reading: Reading, outlet: Outlet) -> bool:
    """Whether the primary URL declares a URL as canonical, or is a variant by its URL while this one is not; and the
    URL does not declare another one."""
    primary = article.renditions.get(article.primary)
    declared_by_primary = declared_key(primary.reading, outlet) if primary else ()
    is_preferred = capture.key in declared_by_primary or (
        bool(print_kind(article.primary)) and not print_kind(capture.key)
    )
    return is_preferred and declared_key(reading, outlet) in ((), (capture.key,))


def variant_rendition(
    article: Article, rendition: UrlRendition | None, capture: UrlCapture, reading: Reading, outlet: Outlet
) -> UrlRendition | None:
    """The rendition of a page that adds nothing: what its URL showed before, or what the article already says, less
    what a copy leaves out, or as the site has dated nearly all of its articles anew."""
    if rendition and not changed_fields(rendition.reading, reading):
        return rendition
    latest = article.latest.reading
    says_it = not said_fields(latest, reading, outlet) or is_incomplete(article, capture, reading)
    says_it = says_it or (capture.signs.at_once and is_redated(latest, reading))
    index = article.newest if says_it else _copied(article, capture, reading, outlet)
    if index is None:
        return None
    return UrlRendition(capture.url, reading, index, capture.time, differs=_differs(article, index, reading))


def _copied(article: Article, capture: UrlCapture, reading: Reading, outlet: Outlet) -> int | None:
    """The index of the state that a copy, as its URL or the canonical one that it declares suggests, repeats without
    adding anything; None where it adds something, or is all that is left."""
    declared = declared_key(reading, outlet)
    is_copy = print_kind(capture.key) or (declared and capture.key not in declared)
    words = set(lines_of(reading.text))
    if not is_copy or not words or capture.key == article.primary:
        return None
    recent = range(article.newest, max(-1, article.newest - RECENT), -1)
    return next((index for index in recent if words <= set(lines_of(article.states[index].reading.text))), None)


def leads(article: Article, capture: UrlCapture, reading: Reading, outlet: Outlet) -> bool:
    """Whether a URL that is not primary shows an edit that the primary URL has not shown: it showed the very same text
    until now, declares no other URL as canonical, and the state is new to the article."""
    rendition, state = article.renditions.get(capture.key), state_of(reading)
    if rendition is None or rendition.differs or print_kind(capture.key):
        return False
    declared = declared_key(reading, outlet)
    return declared in ((), (capture.key,)) and all(past.state != state for past in article.states)


def is_incomplete(article: Article, capture: UrlCapture, reading: Reading) -> bool:
    """Whether a page says part of the newest state, and in the place of the rest that it is not shown, or the time of
    the visit."""
    return (
        (is_redated(article.latest.reading, reading) and _shows_its_visit(article, capture, reading))
        or _shows_placeholder(article, reading)
        or _is_stub(article.latest.reading, reading)
    )


def _shows_its_visit(article: Article, capture: UrlCapture, reading: Reading) -> bool:
    """Whether a page of an article seen before says that it was published just now, or today, or at another time at
    each look."""
    published, rendition = reading.published_at, article.renditions.get(capture.key)
    if published is None or published.tzinfo is None or published <= article.first_seen:
        return False
    former = [rendition.reading, *([rendition.doubted.reading] if rendition.doubted else ())] if rendition else []
    known = (None, published, article.latest.reading.published_at)
    if any(one and one.published_at not in known for one in former):
        return True
    return _is_now(published, capture)


def _is_now(time: datetime, capture: UrlCapture) -> bool:
    """Whether a claimed time, with a zone, is that of the capture, or its day."""
    is_today = is_day(time) and time.date() == capture.time.astimezone(time.tzinfo).date()
    return is_today or abs(capture.time - time) <= _JUST_NOW


def _is_clock(article: Article, capture: UrlCapture, reading: Reading) -> bool:
    """Whether a page shows its visit's time, as the article's last one did too; else it is dated anew."""
    page = shown_page(article)
    former = page.reading.published_at if isinstance(page.reading, Reading) else None
    was_now = former is not None and former.tzinfo is not None and _is_now(former, page)
    now = reading.published_at
    return _shows_its_visit(article, capture, reading) and (was_now or not (now and _is_now(now, capture)))


def _shows_placeholder(article: Article, reading: Reading) -> bool:
    """Whether a page differs from the newest state only by pictures in whose place a placeholder stands."""
    changed = changed_fields(article.latest.reading, reading)
    shown, stood = set(picture_refs(reading.images)), set(picture_refs(article.latest.reading.images))
    return PICTURE_REMOVED in reading.flags and changed == ("pictures",) and shown < stood


def _is_stub(full: Reading, reading: Reading) -> bool:
    """Whether a page shows the beginning of a fuller one, and in the place of the rest an offer to subscribe."""
    if not is_walled(full, reading) or not set(changed_fields(full, reading)) <= {"body", "pictures", "captions"}:
        return False
    lines, images = lines_of(full.text), [(image.url, image.caption) for image in full.images]
    return all(begins_one(line, lines) for line in lines_of(reading.text)) and all(
        (image.url, image.caption) in images for image in reading.images
    )


def completes(
    article: Article, rendition: UrlRendition | None, capture: UrlCapture, reading: Reading, outlet: Outlet
) -> bool:
    """Whether a page is the fuller variant of the newest state, of which a shorter one was met first: its own page
    behind an offer to subscribe, a mobile copy that declares this URL as canonical, a print copy met in the same visit
    that declares none, or the article's own page back after a copy stood in for it."""
    latest = article.latest
    if capture.key == article.primary:
        return _is_stub(reading, latest.reading)
    if any(past.state == state_of(reading) for past in article.states):
        return False
    differing = set(changed_fields(latest.reading, reading))
    holds_text = set(lines_of(latest.reading.text)) <= set(lines_of(reading.text))
    in_visit = capture.time - latest.first_seen <= VISIT
    if rendition is None and _is_declared(article, capture, reading, outlet):
        return in_visit or (holds_text and "headline" not in differing)
    if rendition is None and not print_kind(capture.key) and "pictures" in differing and not latest.reading.images:
        return in_visit and latest.proof is article.page and not differing & set(_WORDS)
    return bool(latest.lacks) and latest.lacks >= differing and ("body" not in latest.changed or holds_text)


def is_fuller_face(article: Article, capture: UrlCapture) -> bool:
    """Whether the second state, back at its URL, is the first one with parts that its page leaves out by turns."""
    rendition = article.renditions.get(capture.key)
    doubted = rendition.doubted.reading if rendition and rendition.doubted else None
    if article.newest != 1 or doubted is None or state_of(doubted) != article.states[0].state:
        return False
    return all(name in PARTS and not PARTS[name](doubted) for name in article.latest.changed)


def lacking(article: Article, key: str, reading: Reading, changed: tuple[str, ...]) -> frozenset[str]:
    """The fields in which the page at a URL that shows a new state still differs from the fuller one."""
    latest, rendition = article.latest, article.renditions.get(key)
    if latest.proof.key == key:
        return latest.lacks - set(changed)
    differs = frozenset(changed_fields(latest.reading, reading))
    return differs & rendition.differs if rendition else differs - set(changed)


def edited_fields(
    article: Article, rendition: UrlRendition | None, capture: UrlCapture, reading: Reading, outlet: Outlet
) -> tuple[str, ...]:
    """The edited fields. What a copy leaves out, what its original has more, and another print of the same are no
    edit."""
    latest = article.latest
    unsaid = {"published_at"} if _is_clock(article, capture, reading) else set()
    changed = _differing_fields(latest.reading, reading, unsaid, outlet)
    if rendition:
        own_changes = _differing_fields(rendition.reading, reading, unsaid, outlet)
        edited = tuple(name for name in changed if name in own_changes or name not in latest.lacks)
        return own_changes if rendition.differs else edited or changed
    is_successor = capture.key == article.primary or article.primary in capture.via
    return changed if is_successor else tuple(name for name in changed if name in _WORDS) or changed


def _differing_fields(before: Reading, reading: Reading, unsaid: set[str], outlet: Outlet) -> tuple[str, ...]:
    """The fields that differ between two readings, without those that say the same or are unsaid; all of them where
    no other does."""
    fields = (name for name in said_fields(before, reading, outlet) if name not in unsaid)
    return tuple(fields) or changed_fields(before, reading)


def lagging_rendition(
    article: Article, rendition: UrlRendition | None, capture: UrlCapture, reading: Reading
) -> UrlRendition:
    """A shorter copy, or one that lags behind: no edit, whatever it says."""
    state = state_of(reading)
    index = next((index for index, past in enumerate(article.states) if past.state == state), article.newest)
    differs = rendition.differs if rendition and rendition.differs else _differs(article, index, reading)
    return UrlRendition(capture.url, reading, index, capture.time, differs=differs)


def _differs(article: Article, index: int, reading: Reading) -> frozenset[str]:
    return frozenset(changed_fields(article.states[index].reading, reading))
