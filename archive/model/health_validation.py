"""Validates runs.health, the measures by which runs are compared (archive/monitor/health.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archive.model import validation
from archive.model.errors import BadValue


def run_measures(value: object) -> dict[str, Any]:
    """An object as archive.monitor.health writes it, in JSON. Unknown names are left as they are."""
    measures = validation.json_object(value)
    for name, measure in measures.items():
        if name in _MEASURES:
            _MEASURES[name](measure)
    return measures


def _object_of(validator: Callable[[object], object]) -> Callable[[object], object]:
    """Validator of an object whose every value passes the given validator."""

    def check(measures: object) -> None:
        if not isinstance(measures, dict):
            raise BadValue(f"{validation.shown(measures)} is no object of measures")
        for name, measure in measures.items():
            validation.line(name)
            validator(measure)

    return check


def _name_list(names: object) -> None:
    if not isinstance(names, list):
        raise BadValue(f"{validation.shown(names)} is no list of names")
    for name in names:
        validation.line(name)


def _share(share: object) -> None:
    if not isinstance(share, list) or len(share) != 2:
        raise BadValue(f"{validation.shown(share)} is not how many of how many")
    for number in share:
        validation.count(number)


def _seed(seed: object) -> None:
    if not isinstance(seed, dict):
        raise BadValue(f"{validation.shown(seed)} is not what a seed answered")
    validation.line(seed.get("outcome"))
    validation.optional(validation.count)(seed.get("links"))
    validation.optional(validation.claimed_moment)(seed.get("newest"))


_COUNTS = _object_of(validation.count)
_MEASURES: dict[str, Callable[[object], object]] = {
    "new": validation.count, "flags": _name_list, "told": _name_list,
    "shares": _object_of(_share), "seeds": _object_of(_seed),
    "sections": _COUNTS, "kinds": _COUNTS, "body_from": _COUNTS, "containers": _COUNTS,
}  # fmt: skip
