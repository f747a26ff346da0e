"""Prints of one article: which address speaks for it, which page is the fuller print of a copy met first, and what in a
print is an edit. A copy for phones or for printing leaves something out; that is none."""

from __future__ import annotations

from archive.history.addresses import is_heard
from archive.history.article_identity import RECENT
from archive.history.edits import changed_fields
from archive.history.facts import Look
from archive.history.moves import takes_over
from archive.history.picture_changes import VISIT
from archive.history.responses import declared_key
from archive.history.states import state_of
from archive.history.values import Article, Face
from archive.model.records import Outlet, Reading
from archive.model.urls import print_kind
from archive.text.equivalence import lines

_WORDS = ("headline", "body")
"""What no copy has otherwise than its original, but for what a shorter one leaves out."""


def inherits(article: Article, look: Look, reading: Reading, outlet: Outlet) -> bool:
    """Whether an address speaks for the article: it did; the speaker leads here, is not heard any more, calls this
    address the article's own, is a copy by its name, or stands on a domain from which the paper has moved."""
    if look.key == article.speaker or article.speaker in look.via or not is_heard(article, look.at):
        return True
    return takes_over(look.key, article.speaker, outlet) or _is_called(article, look, reading, outlet)


def _is_called(article: Article, look: Look, reading: Reading, outlet: Outlet) -> bool:
    """Whether the speaker calls an address the article's own, or is a copy where that is none; and the address does
    not call another one so."""
    speaker = article.faces.get(article.speaker)
    called = declared_key(speaker.reading, outlet) if speaker else ()
    is_its = look.key in called or (bool(print_kind(article.speaker)) and not print_kind(look.key))
    return is_its and declared_key(reading, outlet) in ((), (look.key,))


def copy_of(article: Article, look: Look, reading: Reading, outlet: Outlet) -> int | None:
    """The place of the state of which a page, met for the first time, is a copy that says nothing else, as its name or
    the address that it declares tells; None where it says something of its own."""
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


def leads(article: Article, look: Look, reading: Reading, outlet: Outlet) -> bool:
    """Whether an address that is not the speaker shows an edit that the speaker has not shown: it showed the very same
    until now, calls no other address its own, and the state is new to the article."""
    face, state = article.faces.get(look.key), state_of(reading)
    if face is None or face.differs or print_kind(look.key):
        return False
    declared = declared_key(reading, outlet)
    return declared in ((), (look.key,)) and all(stand.state != state for stand in article.stands)


def catches_up(article: Article, face: Face, reading: Reading) -> bool:
    """Whether a copy that leaves something out says now what the article says already: all of its words stand there,
    and it has lost none that do."""
    theirs, now = set(lines(article.latest.reading.text)), set(lines(reading.text))
    lost = set(lines(face.reading.text)) - now
    renamed = "headline" in changed_fields(article.latest.reading, reading) and "headline" not in face.differs
    return bool(face.differs) and bool(now) and now <= theirs and not lost & theirs and not renamed


def completes(article: Article, face: Face | None, look: Look, reading: Reading, outlet: Outlet) -> bool:
    """Whether a page is the fuller print of the newest state, of which a poorer one was met first: a copy for phones
    that names this address as its canonical one, a copy for printing met in the same visit that names none, or the
    article's own page back after a copy stood in for it."""
    latest = article.latest
    if look.key == article.speaker or any(stand.state == state_of(reading) for stand in article.stands):
        return False
    if face is None and _is_called(article, look, reading, outlet):
        return look.at - latest.at <= VISIT or _holds(reading, latest.reading)
    if face is None and _is_fuller(look, latest.reading, reading):
        return latest.proof is article.page and look.at - latest.at <= VISIT
    lacks = latest.lacks >= set(changed_fields(latest.reading, reading)) and bool(latest.lacks)
    return lacks and ("body" not in latest.changed or _holds_text(reading, latest.reading))


def lacking(article: Article, key: str, reading: Reading, changed: tuple[str, ...]) -> frozenset[str]:
    """The fields in which the print at an address that says something new still differs from the fuller one."""
    former, face = article.latest, article.faces.get(key)
    if former.proof.key == key:
        return former.lacks - set(changed)
    differs = frozenset(changed_fields(former.reading, reading))
    return differs & face.differs if face else differs - set(changed)


def _holds(reading: Reading, copy: Reading) -> bool:
    """Whether all the words of a copy stand in it."""
    return "headline" not in changed_fields(copy, reading) and _holds_text(reading, copy)


def _holds_text(reading: Reading, copy: Reading) -> bool:
    return set(lines(copy.text)) <= set(lines(reading.text))


def _differ_in_words(copy: Reading, reading: Reading) -> bool:
    """Whether two prints say something else in words."""
    return bool(set(_WORDS) & set(changed_fields(copy, reading)))


def _is_fuller(look: Look, copy: Reading, reading: Reading) -> bool:
    """Whether a page shows the pictures that a copy with the same words left out."""
    return bool(reading.images) and not copy.images and not print_kind(look.key) and not _differ_in_words(copy, reading)


def edited_fields(article: Article, face: Face | None, look: Look, reading: Reading) -> tuple[str, ...]:
    """The edited fields. What a copy leaves out, or its original has more, is none."""
    latest = article.latest
    changed = changed_fields(latest.reading, reading)
    if face:
        own = changed_fields(face.reading, reading)
        told = tuple(name for name in changed if name in own or name not in latest.lacks)
        return own if face.differs else told or changed
    follows = look.key == article.speaker or article.speaker in look.via
    return changed if follows else tuple(name for name in changed if name in _WORDS) or changed
