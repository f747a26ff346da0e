"""Sorts captures by time, whatever the order in which they arrived."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from datetime import timedelta

from archive.history.facts import Observation, PictureFetch, UrlCapture

_FOLLOWED_WITHIN = timedelta(hours=1)
"""A run that meets a redirect requests its target within this time."""


def in_time(captures: Iterable[UrlCapture], pictures: Iterable[PictureFetch] = ()) -> list[Observation]:
    """Pages and pictures sorted by time; within one second, pages first, because pictures are requested for them."""
    ordered = sorted(captures, key=lambda capture: capture.place)
    answers: dict[str, list[UrlCapture]] = {}
    for capture in ordered:
        answers.setdefault(capture.key, []).append(capture)
    facts: list[UrlCapture | PictureFetch] = [*ordered, *sorted(pictures, key=lambda picture: picture.place)]
    facts.sort(key=lambda fact: fact.at)  # stable: keeps the order within one second
    return [Observation(fact, isinstance(fact, UrlCapture) and _is_followed(fact, answers)) for fact in facts]


def _is_followed(hop: UrlCapture, answers: dict[str, list[UrlCapture]]) -> bool:
    """Whether the target of a redirect was requested because of it: a crawl requests it unless it had answered already.
    A target that never answered before is always waited for."""
    if hop.answer != "redirect" or hop.leads_to is None:
        return False
    target = answers.get(hop.leads_to, [])
    places = [answer.place for answer in target]
    answered_before = bisect_right(places, hop.place)
    if hop.leads_to == hop.key or not answered_before:
        return True
    own_captures = answers[hop.key]
    until = next((capture.place for capture in own_captures if capture.place > hop.place), None)
    later = [answer for answer in target[answered_before:] if until is None or answer.place < until]
    return any(_led_to(hop, answer) for answer in later)


def _led_to(hop: UrlCapture, answer: UrlCapture) -> bool:
    return hop.key in answer.via or answer.at - hop.at <= _FOLLOWED_WITHIN
