"""The report of a move: lines for the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from archive.model.urls import host_of
from crawler.moving.new_domain import MoveCheck, Sampled
from crawler.outlets.outlet_checks import OutletDescription

_FORMER_SENTENCES = {
    "leads there": "leads there: what is known under it goes on being asked for, and each redirect is kept",
    "answers still": "still answers by itself: it is not asked any more, for one article is not two",
    "does not answer": "does not answer: it is not asked any more, and nothing is reported gone for that",
}


def seen(outlet: OutletDescription, found: MoveCheck, known: int) -> Iterator[str]:
    """The lines on what was found on the former and the new domain."""
    former, new = host_of(outlet.home), host_of(found.home)
    yield f"{outlet.title} moves from {former} to {new}"
    yield f"{former} {_FORMER_SENTENCES[found.former]}{f' ({found.why})' if found.why else ''}"
    yield f"{known} articles are known under {former}"
    yield from _sample_lines("asked for at the same path", found.by_path)
    yield from _sample_lines("found on the new home page by their number", found.by_number)
    if found.keeps_paths:
        yield "Articles are at the same path there: all that are known will be asked for at it in the next crawls."
    else:
        yield "Articles have other paths there: those that a crawl finds go on where their number or their words agree."


def _sample_lines(description: str, sample: Sequence[Sampled]) -> Iterator[str]:
    if not sample:
        return
    same = sum(row.outcome == "same" for row in sample)
    yield f"{len(sample)} of them {description}: {same} there with the same headline"
    for row in sample:
        if row.outcome != "same":
            yield f"  {urlsplit(row.new).path}: {'another page' if row.outcome == 'other' else 'not there'} ({row.why})"


def to_be_done(place: str, lines: Mapping[str, str], *, by_hand: bool) -> Iterator[str]:
    """The lines of the settings file that change."""
    yield f"{place}, {'to be changed by hand, as a spider writes it:' if by_hand else 'where these lines change:'}"
    yield from (f"  {line}" for line in lines.values())
