"""What holds for any history, whatever happened and in whatever order it was learned."""

from __future__ import annotations

import os
from dataclasses import replace
from random import Random
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from archive.history import NOTHING, History, OutletEvidence, derive, in_time, step, versions_of
from tests.history.fact_builder import PAPER, Facts, bytes_of, picture, story, told, wrong

_KEYS = ("a", "b", "m/a", "c")
_SHOWN = st.one_of(
    st.builds(
        lambda name, edit, pictured, named: story(
            name, edit, images=(picture("cau"),) if pictured else (),
            canonical_url="https://bao.example/a" if named else None,
        ),
        st.sampled_from(("cầu", "chè")), st.sampled_from(("", "Thêm.", "Nữa.")), st.booleans(), st.booleans(),
    ),
    st.sampled_from([wrong(), "soft-404", "wall", "listing"]),
)  # fmt: skip
_SIGNS = st.sampled_from(
    [OutletEvidence()] * 6
    + [OutletEvidence(same_words=5), OutletEvidence(at_once=True), OutletEvidence(many_gone=True)]
    + [OutletEvidence(cut=True)]
)
_EVENTS = st.lists(
    st.tuples(
        st.integers(0, 300),
        st.sampled_from(["page"] * 8 + ["same", "gone", "error", "hop", "fetch", "fetch"]),
        st.sampled_from(_KEYS), st.sampled_from(_KEYS), _SHOWN, _SIGNS, st.integers(0, 2), st.booleans(),
    ),
    min_size=3, max_size=12,
)  # fmt: skip


def facts_of(events: list[Any]) -> Facts:
    facts = Facts()
    for hour, what, key, other, shown, signs, cell, through in events:
        if what == "page":
            facts.page(key, shown, hour, via=(other,) if through and other != key else (), signs=signs)
        elif what == "hop":
            facts.hop(key, other, hour)
        elif what == "fetch":
            facts.fetch("cau", bytes_of(cell * 100), hour)
        else:
            getattr(facts, what)(key, hour)
    return facts


def check_any_order(events: list[Any], seed: int) -> None:
    """Arrival decides nothing, nor do the archive's own numbers; a history is its steps."""
    facts, chance = facts_of(events), Random(seed)
    looks, pictures = list(facts.looks), list(facts.pictures)
    chance.shuffle(looks)
    chance.shuffle(pictures)
    renumbered = [replace(look, id=chance.randrange(9**9)) for look in looks]
    assert told(derive(in_time(renumbered, pictures), PAPER)) == told(facts.history)
    history: History = NOTHING
    for one in in_time(facts.looks, facts.pictures):
        history = step(history, one, PAPER)
    assert history == facts.history


def check_sound(history: History) -> None:
    primaries = [one.primary for one in history.articles]
    assert len(set(primaries)) == len(primaries)
    for article in history.articles:
        versions = versions_of(article)
        assert [one.number for one in versions.all] == list(range(1, len(versions.all) + 1))
        assert sorted(one.first_seen for one in versions.all) == [one.first_seen for one in versions.all]
        assert len(versions.shown) == len(article.states)
        states = {(one.state.state, str(sorted(one.state.pictures.items()))): one.digest for one in versions.all}
        assert len(set(states.values())) == len(states)
        assert history.addresses[article.primary].article == article.number or article.moved_to is not None
        assert all(one.changed for one in versions.all[1:])
    for verdict in history.verdicts:
        assert verdict.state_index is not None or verdict.why
        assert not (verdict.doubted and verdict.state_index is not None)


@settings(max_examples=60, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(_EVENTS, st.integers(0, 999))
def test_any_history(events: list[Any], seed: int) -> None:
    check_any_order(events, seed)
    check_sound(facts_of(events).history)


@pytest.mark.slow
@pytest.mark.timeout(3600)
@settings(max_examples=int(os.environ.get("HISTORIES", "1000")), deadline=None)
@given(_EVENTS, st.integers(0, 999))
def test_any_history_at_length(events: list[Any], seed: int) -> None:
    check_any_order(events, seed)
    check_sound(facts_of(events).history)
