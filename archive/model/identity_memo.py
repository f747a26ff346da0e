"""Remembers the values of a function by the identity of its argument."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

Argument = TypeVar("Argument")
Value = TypeVar("Value")

REMEMBERED = 512
"""How many values are remembered: filing an article asks for the same values of all its states in several passes."""


class IdentityMemo(Generic[Argument, Value]):
    """A function of an immutable argument that remembers its last values. Unlike lru_cache, it does not hash or compare
    arguments, which costs nearly as much as most functions of a reading."""

    def __init__(self, find: Callable[[Argument], Value]) -> None:
        self._find, self._known = find, dict[int, tuple[Argument, Value]]()

    def __call__(self, argument: Argument) -> Value:
        known = self._known.get(id(argument))
        if known is None:
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            known = self._known[id(argument)] = argument, self._find(argument)  # keeps the argument, and so its id
        return known[1]
