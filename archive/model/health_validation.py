"""The gate for runs.health, the measures by which runs are compared (archive/monitor/health.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archive.model import validation
from archive.model.errors import BadValue


def run_measures(value: object) -> dict[str, Any]:
    """An object as archive.monitor.health writes one, in JSON. Names that are not known here are left as they are."""
    found = validation.json_object(value)
    for name, told in found.items():
        if name in _MEASURES:
            _MEASURES[name](told)
    return found


def _each(gate: Callable[[object], object]) -> Callable[[object], object]:
    """The gate of an object whose every value passes that gate."""

    def check(told: object) -> None:
        if not isinstance(told, dict):
            raise BadValue(f"{validation.shown(told)} is no object of measures")
        for name, one in told.items():
            validation.line(name)
            gate(one)

    return check


def _names(told: object) -> None:
    if not isinstance(told, list):
        raise BadValue(f"{validation.shown(told)} is no list of names")
    for one in told:
        validation.line(one)


def _share(told: object) -> None:
    if not isinstance(told, list) or len(told) != 2:
        raise BadValue(f"{validation.shown(told)} is not how many of how many")
    for one in told:
        validation.count(one)


def _seed(told: object) -> None:
    if not isinstance(told, dict):
        raise BadValue(f"{validation.shown(told)} is not what a seed answered")
    validation.line(told.get("outcome"))
    validation.optional(validation.count)(told.get("links"))
    validation.optional(validation.claimed_moment)(told.get("newest"))


_COUNTS = _each(validation.count)
_MEASURES: dict[str, Callable[[object], object]] = {
    "new": validation.count, "flags": _names, "told": _names, "shares": _each(_share), "seeds": _each(_seed),
    "sections": _COUNTS, "kinds": _COUNTS, "body_from": _COUNTS, "containers": _COUNTS,
}  # fmt: skip
