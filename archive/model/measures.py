"""The gate for runs.health, the measures by which runs are compared (archive/health.py)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from archive.errors import BadValue
from archive.model import gates


def run_measures(value: object) -> dict[str, Any]:
    """An object as archive.health writes one, in JSON. Names that are not known here are left as they are."""
    found = gates.json_object(value)
    for name, told in found.items():
        if name in _MEASURES:
            _MEASURES[name](told)
    return found


def _each(gate: Callable[[object], object]) -> Callable[[object], object]:
    """The gate of an object whose every value passes that gate."""

    def check(told: object) -> None:
        if not isinstance(told, dict):
            raise BadValue(f"{gates.shown(told)} is no object of measures")
        for name, one in told.items():
            gates.line(name)
            gate(one)

    return check


def _names(told: object) -> None:
    if not isinstance(told, list):
        raise BadValue(f"{gates.shown(told)} is no list of names")
    for one in told:
        gates.line(one)


def _share(told: object) -> None:
    if not isinstance(told, list) or len(told) != 2:
        raise BadValue(f"{gates.shown(told)} is not how many of how many")
    for one in told:
        gates.count(one)


def _seed(told: object) -> None:
    if not isinstance(told, dict):
        raise BadValue(f"{gates.shown(told)} is not what a seed answered")
    gates.line(told.get("outcome"))
    gates.optional(gates.count)(told.get("links"))
    gates.optional(gates.claimed_moment)(told.get("newest"))


_COUNTS = _each(gates.count)
_MEASURES: dict[str, Callable[[object], object]] = {
    "new": gates.count, "flags": _names, "told": _names, "shares": _each(_share), "seeds": _each(_seed),
    "sections": _COUNTS, "kinds": _COUNTS, "body_from": _COUNTS, "containers": _COUNTS,
}  # fmt: skip
