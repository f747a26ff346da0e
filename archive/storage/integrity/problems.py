"""What is found wrong with an archive, and how far whoever looks has come."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Step = Callable[[], None]
"""Called once for every row that was looked at."""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is not as it was recorded. where: table and row; what: what is wrong with it."""

    where: str
    what: str


@dataclass(slots=True)
class Left:
    """What was not derived again, in addresses. waiting: they are to be put in order; former: they are told by a reader
    or by rules that are no more, until `luubao reread` tells them anew."""

    waiting: int = 0
    former: int = 0
