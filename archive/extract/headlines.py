"""The headline a page shows, chosen by agreement between what it shows and what it declares."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from archive.extract.folding import key_of

_SEPARATOR = re.compile(r"\s+[|\-–—·•»›:/]+\s+|\s*[|｜»›]\s*")


@dataclass(frozen=True, slots=True)
class Said:
    """One source's headline: `origin` names the source ("h1", "json-ld", "og:title", "title")."""

    origin: str
    text: str


def chosen(shown: Sequence[Said], declared: Sequence[Said]) -> Said | None:
    """The shown headline that a declaration confirms, else the first shown; without any, what most declare."""
    declared = [said for said in declared if said.text]
    shown = [said for said in shown if said.text]
    for said in shown:
        if any(agree(said.text, other.text) for other in declared):
            return said
    if shown:
        return shown[0]
    return _plainest(declared)


def agree(headline: str, declared: str) -> bool:
    """Whether a declaration is this headline, give or take the site's name, section or date behind it."""
    wanted = key_of(headline)
    return bool(wanted) and (key_of(declared) == wanted or any(key_of(part) == wanted for part in heads(declared)))


def heads(title: str) -> Iterable[str]:
    """A title without its last parts: `A - B | Site` gives `A - B` and `A`."""
    return [title[: found.start()] for found in _SEPARATOR.finditer(title[:400])]


def _plainest(declared: Sequence[Said]) -> Said | None:
    """The declaration that most others repeat, without the site's name that only some add."""
    if not declared:
        return None
    votes = [sum(agree(said.text, other.text) for other in declared) for said in declared]
    return declared[votes.index(max(votes))]
