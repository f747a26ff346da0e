"""Changes in the page's language: where each is and what became of it, and all of them in a sentence.

Sentences come from whole templates, for Vietnamese puts the verb first: `sửa 2 đoạn`, where English says `2 paragraphs
edited`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence

from archive.diff import Change, size
from archive.diff.descriptions import ORDER
from archive.diff.summary import Quote

NUMBERED = frozenset({"body", "picture", "caption", "credit"})
Say = Callable[..., str]
"""Visit.say: a text of a language with its values."""


def what_of(say: Say, quote: Quote) -> str:
    """What a quote is of: `headline`, `paragraph 3 moved`."""
    name = say(f"part.{quote.part}")
    if quote.part in NUMBERED and quote.place:
        name = f"{name} {quote.place}"
    return name if quote.kind == "edited" else say(f"did.{quote.kind}", what=name)


def title(say: Say, changes: Sequence[Change]) -> str:
    """`paragraph 2 (was 5): moved`; of a picture also what became of its texts."""
    first, *texts = changes
    told = [] if first.kind in ("edited", "unchanged") else [say(f"kind.{first.kind}")]
    told += [
        say(f"did.{one.kind}", what=say(f"part.{one.part}"))
        for one in texts
        if one.kind not in ("unchanged", first.kind)
    ]
    return say("diff.of", place=_place(say, first), became=", ".join(told)) if told else _place(say, first)


def _place(say: Say, change: Change) -> str:
    name = say(f"part.{change.part}")
    here, before = change.new or change.old, change.old
    if change.part not in NUMBERED or not here:
        return name
    told = f"{name} {_span(here)}"
    return told if not before or before == here else f"{told} {say('diff.was', place=_span(before))}"


def _span(places: Sequence[int]) -> str:
    return str(places[0]) if len(places) == 1 else f"{places[0]}–{places[-1]}"


def summary(say: Say, changes: Sequence[Change]) -> str:
    """All changes in a sentence: `headline edited; 2 paragraphs edited; 14 words removed, 3 added`."""
    told = []
    for part in sorted({change.part for change in changes}, key=ORDER.index):
        kinds: Counter[str] = Counter(change.kind for change in changes if change.part == part)
        told.append(", ".join(_counted(say, part, kinds)))
    removed, added = size(changes)
    if removed or added:
        told.append(worded(say, removed, added))
    return "; ".join(told) or say("diff.nothing")


def _counted(say: Say, part: str, kinds: Counter[str]) -> Iterator[str]:
    for kind, count in kinds.items():
        what = say(f"parts.{part}", n=count) if part in NUMBERED else say(f"part.{part}")
        yield say(f"did.{kind}", what=what)


def worded(say: Say, removed: int, added: int) -> str:
    """How many words went and came; nothing of what is none."""
    if removed and added:
        return say("edit.words", n=removed, added=added)
    return say("edit.words_removed", n=removed) if removed else say("edit.words_added", n=added)
