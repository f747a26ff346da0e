"""Versions: the states of an article as people count them, numbered from 1.

A page that shows two things by turns (a paywall, a picture, a layout) is a page with two faces. Once it has gone the
same way twice (A, B, A, B), both faces are kept as versions once, and that either came back is counted, not told as an
edit each time. Going back once (A, B, A) is an edit, as it was one to go away.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from archive.history.edits import changed_fields
from archive.history.facts import Look, PictureLook
from archive.history.values import Article, Stand
from archive.model.digests import digest_of_value

_Key = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Version:
    """stand: the state, by its place. at: when it was first seen, by `proof` and, where a picture opened it, `picture`.
    changed: the fields in which it differs from the version before. digest: over words and, where another version has
    the same words, the pictures' bytes. words_of: number of the version whose words it shares, where only a picture
    opened it. returns: when this face of the page came back; empty for a page with one face. repeats: an earlier
    version has the same words."""

    number: int
    stand: int
    state: Stand
    proof: Look
    at: datetime
    changed: tuple[str, ...]
    digest: str
    words_of: int | None = None
    picture: PictureLook | None = None
    returns: tuple[datetime, ...] = ()
    repeats: bool = False


@dataclass(frozen=True, slots=True)
class Versions:
    """all: an article's versions in order. shown: which version, by its place in `all`, each of its states is."""

    all: tuple[Version, ...]
    shown: tuple[int, ...]


def versions_of(article: Article) -> Versions:
    """An article's versions."""
    kept, shown, returns = _faces([_key(stand) for stand in article.stands])
    places = {place: number for number, place in enumerate(kept)}
    made: list[Version] = []
    for place in kept:
        back = tuple(article.stands[one].at for one in returns.get(place, ()))
        made.append(_version(article, made, place, back))
    return Versions(tuple(made), tuple(places[place] for place in shown))


def _version(article: Article, before: Sequence[Version], place: int, returns: tuple[datetime, ...]) -> Version:
    stand = article.stands[place]
    words_of = _words_of(before, stand)
    changed = stand.changed
    if before and before[-1].stand != place - 1:  # what stood between came back, and is no version of its own
        pictures = ("pictures",) if stand.picture else ()
        changed = changed_fields(before[-1].state.reading, stand.reading)
        changed = tuple(dict.fromkeys((*changed, *pictures))) or ("pictures",)
    return Version(
        len(before) + 1, place, stand, stand.proof, stand.at, changed if before else (), _digest(before, stand),
        words_of, stand.picture, returns, any(one.state.digest == stand.digest for one in before),
    )  # fmt: skip


def _words_of(before: Sequence[Version], stand: Stand) -> int | None:
    if stand.picture is None:
        return None
    return next((one.words_of or one.number for one in reversed(before) if one.state.state == stand.state), None)


def _digest(before: Sequence[Version], stand: Stand) -> str:
    """By the words alone, so that the same text is found at other addresses; a state with the words of an earlier one
    and other pictures is named by both, and by the pictures' addresses where their bytes do not tell them apart."""
    others = [one for one in before if _key(one.state) != _key(stand)]
    taken = {one.digest for one in others} | {one.state.digest for one in others}
    own = _pictures(stand)
    names = (stand.digest, digest_of_value([stand.digest, own]), digest_of_value([stand.digest, own, stand.state]))
    return next(name for name in names if name not in taken or name == names[-1])


def _pictures(stand: Stand) -> list[list[str]]:
    return [[url, shown.digest] for url, shown in sorted(stand.pictures.items())]


def _key(stand: Stand) -> _Key:
    """What tells one state from another, words and pictures."""
    return stand.state, tuple((url, digest) for url, digest in _pictures(stand))


def _faces(keys: Sequence[_Key]) -> tuple[list[int], list[int], dict[int, list[int]]]:
    """Which states are versions of their own, which version each state shows, and which states are returns of one."""
    kept: list[int] = []
    shown: list[int] = []
    returns: dict[int, list[int]] = {}
    first: dict[_Key, int] = {}
    ways: dict[tuple[_Key, _Key], int] = {}
    for place, key in enumerate(keys):
        way = (keys[place - 1], key) if place else None
        if way in ways and way is not None:
            gone = [one for one in kept if one > ways[way] and first[keys[one]] != one]
            for one in gone:
                kept.remove(one)
            shown = [first[keys[one]] if one in gone else one for one in shown]
            for one in (*gone, place):
                returns.setdefault(first[keys[one]], []).append(one)
            shown.append(first[key])
            continue
        if way is not None:
            ways[way] = place
        first.setdefault(key, place)
        kept.append(place)
        shown.append(place)
    return kept, shown, returns
