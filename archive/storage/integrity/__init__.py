"""Integrity checks: seals, fixity, consistency, validation of values; and their results: problems, progress steps, and
what was left unchecked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

Step = Callable[[], None]
"""A progress callback, called once for every row checked."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem in an archive. where: table and row; what: what is wrong with it."""

    where: str
    what: str


Unchecked = Counter[str]
"""Counts of addresses that were not derived again. waiting: queued to be rebuilt; former: derived by an extractor or by
rules that no longer exist, until `luubao reread` derives them again."""
