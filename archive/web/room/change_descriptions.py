"""Describes changes in the page's language: position and kind of each, and a summary of all.

Sentences come from whole templates, because Vietnamese puts the verb first: `sửa 2 đoạn`, where English says
`2 paragraphs edited`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from archive.diff import Change, size
from archive.diff.descriptions import ORDER
from archive.diff.summary import Quote

NUMBERED = frozenset({"body", "picture", "caption", "credit"})
_STATUS_REASON = re.compile(r"status (\d{3})")
_REDIRECT_REASON = re.compile(r"redirected to (\S+?)(?:,|$)")
Say = Callable[..., str]
"""Visit.say: returns a text in the page's language, with its values filled in."""


def what_of(say: Say, quote: Quote) -> str:
    """The part and the kind of change of a quote: `headline`, `paragraph 3 moved`."""
    name = say(f"part.{quote.part}")
    if quote.part in NUMBERED and quote.place:
        name = f"{name} {quote.place}"
    return name if quote.kind == "edited" else say(f"did.{quote.kind}", what=name)


def title(say: Say, changes: Sequence[Change]) -> str:
    """`paragraph 2 (was 5): moved`; for a picture also the changes of its caption and credit."""
    first, *texts = changes
    parts = [] if first.kind in ("edited", "unchanged") else [say(f"kind.{first.kind}")]
    parts += [
        say(f"did.{change.kind}", what=say(f"part.{change.part}"))
        for change in texts
        if change.kind not in ("unchanged", first.kind)
    ]
    return say("diff.of", place=_position(say, first), became=", ".join(parts)) if parts else _position(say, first)


def _position(say: Say, change: Change) -> str:
    name = say(f"part.{change.part}")
    positions, old_positions = change.new or change.old, change.old
    if change.part not in NUMBERED or not positions:
        return name
    label = f"{name} {_range(positions)}"
    return (
        label
        if not old_positions or old_positions == positions
        else f"{label} {say('diff.was', place=_range(old_positions))}"
    )


def _range(positions: Sequence[int]) -> str:
    return str(positions[0]) if len(positions) == 1 else f"{positions[0]}–{positions[-1]}"


def summary(say: Say, changes: Sequence[Change]) -> str:
    """One sentence for all changes: `headline edited; 2 paragraphs edited; 14 words removed, 3 added`."""
    clauses = []
    for part in sorted({change.part for change in changes}, key=ORDER.index):
        kinds: Counter[str] = Counter(change.kind for change in changes if change.part == part)
        clauses.append(", ".join(_kind_counts(say, part, kinds)))
    removed, added = size(changes)
    if removed or added:
        clauses.append(worded(say, removed, added))
    return "; ".join(clauses) or say("diff.nothing")


def _kind_counts(say: Say, part: str, kinds: Counter[str]) -> Iterator[str]:
    for kind, count in kinds.items():
        noun = say(f"parts.{part}", n=count) if part in NUMBERED else say(f"part.{part}")
        yield say(f"did.{kind}", what=noun)


def gone_reason(say: Say, stored: str | None) -> str:
    """The reason why an article is gone, in the page's language; the stored text if it has no known form."""
    if match := _REDIRECT_REASON.search(stored or ""):
        return say("reason.redirected", url=match[1])
    match = _STATUS_REASON.fullmatch(stored or "")
    return say("reason.status", status=match[1]) if match else stored or ""


def worded(say: Say, removed: int, added: int) -> str:
    """The numbers of removed and added words; a number of zero is left out."""
    if removed and added:
        return say("edit.words", n=removed, added=added)
    return say("edit.words_removed", n=removed) if removed else say("edit.words_added", n=added)
