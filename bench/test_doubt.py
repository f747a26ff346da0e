"""How many real edits are doubted, over the lives of an imagined paper's articles; what is said is in docs/design.md."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from archive.history import UrlCapture, derive, in_time
from archive.history.edits import changed_fields
from archive.model.urls import url_key
from bench.big import OUTLET, Event, life
from bench.imagined import Paper

pytestmark = pytest.mark.bench

ARTICLES, MUST = 4_000, 0.005


def looks_of(paper: Paper, number: int, events: list[Event]) -> list[UrlCapture]:
    url = paper.address(number)
    return [
        UrlCapture(
            place, url_key(url), url, event.at, "page", paper.story(number, event.edits).reading(), requested_url=url
        )
        for place, event in enumerate(events)
    ]


def edits_in(looks: list[UrlCapture]) -> list[UrlCapture]:
    """Those that say something else than the one before; as the imagined paper made them, and not as we derive them."""
    return [now for before, now in pairwise(looks) if changed_fields(before.reading, now.reading)]  # type: ignore[arg-type]  # all are readings


def test_real_edits_are_believed() -> None:
    paper = Paper(ARTICLES)
    made = doubted = never = 0
    for number in range(ARTICLES):
        looks = looks_of(paper, number, [event for event in life(paper, number) if event.what == "state"])
        real = edits_in(looks)
        if not real:
            continue
        made += len(real)
        last = looks[-1]
        again = UrlCapture(
            len(looks), last.key, last.url, last.time + timedelta(days=1), "page", last.reading, requested_url=last.url
        )
        shown = {one.capture.id: one for one in derive(in_time(looks), OUTLET).verdicts}
        doubted += sum(shown[look.id].doubted for look in real)
        later = {one.capture.id: one for one in derive(in_time([*looks, again]), OUTLET).verdicts}
        never += sum(later[look.id].doubted for look in real)
    print(
        f"\n{made:,} real edits of {ARTICLES:,} articles: {doubted} doubted when seen, {never} not told by the look after"
    )
    assert doubted <= MUST * made and never == 0
