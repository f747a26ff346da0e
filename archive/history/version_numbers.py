"""Numbers an article's versions: its states as readers count them, from 1.

A page that alternates between two states (a paywall, a picture, a layout) is a page with two faces. Once it has made
the same change twice (A, B, A, B), both states are kept as one version each, and each return is counted, not reported
as an edit. One return (A, B, A) is an edit, like the first change; so is one to a state that then stands for a week:
the page has one face again.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from archive.history.edits import changed_fields
from archive.history.facts import PictureFetch, UrlCapture
from archive.history.picture_changes import moved_pictures
from archive.history.values import Article, ArticleState
from archive.model.digests import digest_of_value

_SETTLED = timedelta(days=7)
_Key = tuple[str, tuple[tuple[str, str], ...]]


@dataclass(frozen=True, slots=True)
class Version:
    """state_index: the state's index. first_seen: by `proof` and, where a picture opened it, `picture`. changed: the
    fields in which it differs from the version before. digest: over words and, where another version has the same
    words, the pictures' bytes. words_of: number of the version whose words it shares, where only a picture opened it.
    returns: when an alternating page came back to this version; empty otherwise. repeats: an earlier version has the
    same words. last_seen: when the article's page was last captured. moved: of the newest version, by position, the URL
    at which the page shows a picture by then, where it is another one."""

    number: int
    state_index: int
    state: ArticleState
    proof: UrlCapture
    first_seen: datetime
    changed: tuple[str, ...]
    digest: str
    words_of: int | None
    last_seen: datetime
    picture: PictureFetch | None = None
    returns: tuple[datetime, ...] = ()
    repeats: bool = False
    moved: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Versions:
    """all: an article's versions in order. shown: for each of its states, the index in `all` of the version it is."""

    all: tuple[Version, ...]
    shown: tuple[int, ...]


def versions_of(article: Article) -> Versions:
    """An article's versions."""
    kept, shown, returns = _count_returns(article.states)
    numbers = {index: number for number, index in enumerate(kept)}
    versions: list[Version] = []
    for index in kept:
        returned_at = tuple(article.states[index].first_seen for index in returns.get(index, ()))
        versions.append(_version(article, versions, index, returned_at))
    versions[-1] = replace(versions[-1], moved=moved_pictures(article, versions[-1].state.reading))
    return Versions(tuple(versions), tuple(numbers[index] for index in shown))


def _version(article: Article, earlier: Sequence[Version], index: int, returns: tuple[datetime, ...]) -> Version:
    state = article.states[index]
    words_of = _words_of(earlier, state)
    changed = state.changed
    if earlier and earlier[-1].state_index != index - 1:  # the state between was a return, and no version of its own
        pictures = ("pictures",) if state.picture else ()
        changed = changed_fields(earlier[-1].state.reading, state.reading)
        changed = tuple(dict.fromkeys((*changed, *pictures))) or ("pictures",)
    return Version(
        len(earlier) + 1, index, state, state.proof, state.first_seen, changed if earlier else (),
        _digest(earlier, state), words_of, article.page.time, state.picture, returns,
        any(version.state.digest == state.digest for version in earlier),
    )  # fmt: skip


def _words_of(earlier: Sequence[Version], state: ArticleState) -> int | None:
    if state.picture is None:
        return None
    return next(
        (version.words_of or version.number for version in reversed(earlier) if version.state.state == state.state),
        None,
    )


def _digest(earlier: Sequence[Version], state: ArticleState) -> str:
    """By the words alone, so that the same text is found at other URLs; a state with the words of an earlier one and
    other pictures is named by both, and by the pictures' URLs where their bytes do not differ."""
    key = _key(state)
    others = [version for version in earlier if version.state.digest == state.digest and _key(version.state) != key]
    if not others:
        return state.digest
    taken = {version.digest for version in others}
    pictures = _pictures(state)
    name = digest_of_value([state.digest, pictures])
    return digest_of_value([state.digest, pictures, state.state]) if name in taken else name


def _pictures(state: ArticleState) -> list[list[str]]:
    return [[url, shown.digest] for url, shown in sorted(state.pictures.items())]


def _key(state: ArticleState) -> _Key:
    """A state's identity: words and pictures."""
    return state.state, tuple((url, digest) for url, digest in _pictures(state))


def _count_returns(states: Sequence[ArticleState]) -> tuple[list[int], list[int], dict[int, list[int]]]:
    """Which states are versions of their own, which version each state shows, and which states are returns of one."""
    keys = [_key(state) for state in states]
    kept: list[int] = []
    shown: list[int] = []
    returns: dict[int, list[int]] = {}
    first: dict[_Key, int] = {}
    changes: dict[tuple[_Key, _Key], int] = {}
    for index, key in enumerate(keys):
        change = (keys[index - 1], key) if index else None
        if states[index].last_seen - states[index].first_seen >= _SETTLED:  # what was before is no alternation any more
            change = None
            changes.clear()
            first.clear()
        if change in changes and change is not None:
            undone = [former for former in kept if former > changes[change] and first[keys[former]] != former]
            for former in undone:
                kept.remove(former)
            shown = [first[keys[former]] if former in undone else former for former in shown]
            for former in (*undone, index):
                returns.setdefault(first[keys[former]], []).append(former)
            shown.append(first[key])
            continue
        if change is not None:
            changes[change] = index
        first.setdefault(key, index)
        kept.append(index)
        shown.append(index)
    return kept, shown, returns
