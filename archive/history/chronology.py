"""Facts in order of time: what a fold goes through, whatever the order in which they arrived."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import timedelta

from archive.history.facts import Look, Observation, PictureLook

_SOON = timedelta(hours=1)
"""A run that meets a redirect asks for its end within this time."""


def in_time(looks: Iterable[Look], pictures: Iterable[PictureLook] = ()) -> list[Observation]:
    """Both in order of time; of one second, pages first: pictures are asked for because of them."""
    ordered = sorted(looks, key=lambda look: look.place)
    answers: dict[str, list[Look]] = {}
    for look in ordered:
        answers.setdefault(look.key, []).append(look)
    facts: list[Look | PictureLook] = [*ordered, *sorted(pictures, key=lambda one: one.place)]
    facts.sort(key=lambda fact: fact.at)  # keeps, of one second, the order they have
    return [Observation(fact, isinstance(fact, Look) and _is_followed(fact, answers)) for fact in facts]


def _is_followed(hop: Look, answers: dict[str, list[Look]]) -> bool:
    """Whether the end of a redirect was asked for because of it: a crawl goes on to the end, unless that had answered
    already. An end that never answered before is always waited for."""
    if hop.answer != "redirect" or hop.leads_to is None:
        return False
    target = answers.get(hop.leads_to, [])
    places = [one.place for one in target]
    before = bisect_right(places, hop.place)
    if hop.leads_to == hop.key or not before:
        return True
    own = answers[hop.key]
    until = next((one.place for one in own if one.place > hop.place), None)
    after = [one for one in target[before:] if until is None or one.place < until]
    return any(_because(hop, one) for one in after)


def _because(hop: Look, answer: Look) -> bool:
    return hop.key in answer.via or answer.at - hop.at <= _SOON
