"""What is told of a newspaper that has moved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from urllib.parse import urlsplit

from archive.model.urls import host_of
from crawler.moving.new_domain import Looked, Sampled
from crawler.outlets.outlet_checks import Described

_FORMER = {
    "leads there": "leads there: what is known under it goes on being asked for, and each redirect is kept",
    "answers still": "still answers by itself: it is not asked any more, for one article is not two",
    "does not answer": "does not answer: it is not asked any more, and nothing is reported gone for that",
}


def seen(one: Described, found: Looked, known: int) -> Iterator[str]:
    """What was seen."""
    former, new = host_of(one.home), host_of(found.home)
    yield f"{one.title} moves from {former} to {new}"
    yield f"{former} {_FORMER[found.former]}{f' ({found.why})' if found.why else ''}"
    yield f"{known} articles are known under {former}"
    yield from _sampled("asked for at the same path", found.by_path)
    yield from _sampled("found on the new home page by their number", found.by_number)
    if found.keeps_paths:
        yield "Articles are at the same path there: all that are known will be asked for at it in the next crawls."
    else:
        yield "Articles have other paths there: those that a crawl finds go on where their number or their words agree."


def _sampled(what: str, sample: Sequence[Sampled]) -> Iterator[str]:
    if not sample:
        return
    same = sum(one.outcome == "same" for one in sample)
    yield f"{len(sample)} of them {what}: {same} there with the same headline"
    for one in sample:
        if one.outcome != "same":
            yield f"  {urlsplit(one.new).path}: {'another page' if one.outcome == 'other' else 'not there'} ({one.why})"


def to_be_done(place: str, lines: Mapping[str, str], *, by_hand: bool) -> Iterator[str]:
    """The lines that change."""
    yield f"{place}, {'to be changed by hand, as a spider writes it:' if by_hand else 'where these lines change:'}"
    yield from (f"  {line}" for line in lines.values())
