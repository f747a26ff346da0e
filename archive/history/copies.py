"""Variants of one article (AMP, mobile, print): which URL is its speaker, which page is the fuller variant of a copy
met first, and which differences are edits. What a mobile or print copy leaves out is no edit."""

from __future__ import annotations

from archive.history.addresses import is_primary_alive
from archive.history.article_identity import RECENT
from archive.history.edits import changed_fields, places
from archive.history.facts import UrlCapture
from archive.history.moves import takes_over
from archive.history.picture_changes import VISIT
from archive.history.responses import declared_key
from archive.history.states import state_of
from archive.history.values import Article, UrlRendition
from archive.model.records import Outlet, Reading
from archive.model.urls import print_kind
from archive.text.equivalence import lines

_WORDS = ("headline", "body")
"""Fields that a copy shares with its original, except for what a shorter copy leaves out."""


def inherits(article: Article, look: UrlCapture, reading: Reading, outlet: Outlet) -> bool:
    """Whether a URL is, or becomes, the article's speaker: it was; the speaker redirects here, is no longer heard,
    declares this URL as canonical, looks like a variant by its URL, or stands on a domain that the outlet has moved
    from."""
    if look.key == article.speaker or article.speaker in look.via or not is_primary_alive(article, look.at):
        return True
    return takes_over(look.key, article.speaker, outlet) or _is_declared(article, look, reading, outlet)


def _is_declared(article: Article, look: UrlCapture, reading: Reading, outlet: Outlet) -> bool:
    """Whether the speaker declares a URL as canonical, or is a variant by its URL while this one is not; and the URL
    does not declare another one."""
    speaker = article.faces.get(article.speaker)
    declared_by_speaker = declared_key(speaker.reading, outlet) if speaker else ()
    is_preferred = look.key in declared_by_speaker or (bool(print_kind(article.speaker)) and not print_kind(look.key))
    return is_preferred and declared_key(reading, outlet) in ((), (look.key,))


def copy_of(article: Article, look: UrlCapture, reading: Reading, outlet: Outlet) -> int | None:
    """The index of the state that a page, met for the first time, repeats without adding anything, as its URL or its
    declared canonical URL suggests; None where it adds something."""
    declared = declared_key(reading, outlet)
    if not print_kind(look.key) and not (declared and look.key not in declared):
        return None
    words = set(lines(reading.text))
    return next(
        (
            place
            for place in range(article.place, max(-1, article.place - RECENT), -1)
            if words and words <= set(lines(article.stands[place].reading.text))
        ),
        None,
    )


def leads(article: Article, look: UrlCapture, reading: Reading, outlet: Outlet) -> bool:
    """Whether a URL that is not the speaker shows an edit that the speaker has not shown: it showed the very same text
    until now, declares no other URL as canonical, and the state is new to the article."""
    face, state = article.faces.get(look.key), state_of(reading)
    if face is None or face.differs or print_kind(look.key):
        return False
    declared = declared_key(reading, outlet)
    return declared in ((), (look.key,)) and all(stand.state != state for stand in article.stands)


def catches_up(article: Article, face: UrlRendition, reading: Reading) -> bool:
    """Whether a shorter copy now says what the article already says: all of its lines and new pictures stand there, and
    it has lost no line that does."""
    article_lines, copy_lines = set(lines(article.latest.reading.text)), set(lines(reading.text))
    lost_lines = set(lines(face.reading.text)) - copy_lines
    headline_changed = "headline" in changed_fields(article.latest.reading, reading) and "headline" not in face.differs
    return (
        bool(face.differs)
        and bool(copy_lines)
        and copy_lines <= article_lines
        and not lost_lines & article_lines
        and not headline_changed
        and set(places(reading.images)) <= {*places(face.reading.images), *places(article.latest.reading.images)}
    )


def completes(article: Article, face: UrlRendition | None, look: UrlCapture, reading: Reading, outlet: Outlet) -> bool:
    """Whether a page is the fuller variant of the newest state, of which a shorter one was met first: a mobile copy
    that declares this URL as canonical, a print copy met in the same visit that declares none, or the article's own
    page back after a copy stood in for it."""
    latest = article.latest
    if look.key == article.speaker or any(stand.state == state_of(reading) for stand in article.stands):
        return False
    if face is None and _is_declared(article, look, reading, outlet):
        return look.at - latest.at <= VISIT or _holds(reading, latest.reading)
    if face is None and _is_fuller(look, latest.reading, reading):
        return latest.proof is article.page and look.at - latest.at <= VISIT
    lacks = latest.lacks >= set(changed_fields(latest.reading, reading)) and bool(latest.lacks)
    return lacks and ("body" not in latest.changed or _holds_text(reading, latest.reading))


def lacking(article: Article, key: str, reading: Reading, changed: tuple[str, ...]) -> frozenset[str]:
    """The fields in which the page at a URL that shows a new state still differs from the fuller one."""
    latest, face = article.latest, article.faces.get(key)
    if latest.proof.key == key:
        return latest.lacks - set(changed)
    differs = frozenset(changed_fields(latest.reading, reading))
    return differs & face.differs if face else differs - set(changed)


def _holds(reading: Reading, copy: Reading) -> bool:
    """Whether a reading contains the whole text of a copy."""
    return "headline" not in changed_fields(copy, reading) and _holds_text(reading, copy)


def _holds_text(reading: Reading, copy: Reading) -> bool:
    return set(lines(copy.text)) <= set(lines(reading.text))


def _differ_in_words(copy: Reading, reading: Reading) -> bool:
    """Whether two readings differ in headline or body."""
    return bool(set(_WORDS) & set(changed_fields(copy, reading)))


def _is_fuller(look: UrlCapture, copy: Reading, reading: Reading) -> bool:
    """Whether a page shows the pictures that a copy with the same text left out."""
    return bool(reading.images) and not copy.images and not print_kind(look.key) and not _differ_in_words(copy, reading)


def edited_fields(article: Article, face: UrlRendition | None, look: UrlCapture, reading: Reading) -> tuple[str, ...]:
    """The edited fields. What a copy leaves out, or what its original has more, is no edit."""
    latest = article.latest
    changed = changed_fields(latest.reading, reading)
    if face:
        own_changes = changed_fields(face.reading, reading)
        edited = tuple(name for name in changed if name in own_changes or name not in latest.lacks)
        return own_changes if face.differs else edited or changed
    is_successor = look.key == article.speaker or article.speaker in look.via
    return changed if is_successor else tuple(name for name in changed if name in _WORDS) or changed
