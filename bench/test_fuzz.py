"""An hour of fuzzing with numbers that nobody has used: `make bench`, or `pytest -m bench -s bench/test_fuzz.py`.

FUZZ_MINUTES is how long, 60 where it is not set.
"""

from __future__ import annotations

import os
import random
import time
from collections import Counter
from collections.abc import Iterator

import pytest

from tests.fuzz.run import Try, findings
from tests.fuzz.targets import TARGETS

pytestmark = [pytest.mark.bench, pytest.mark.timeout(0)]


def test_an_hour_of_fuzzing_finds_nothing() -> None:
    tried: Counter[str] = Counter()
    minutes = float(os.environ.get("FUZZ_MINUTES", "60"))
    found = [f"{one}\n{said}" for one, said in findings(_unused(minutes * 60, tried))]
    print("\ninputs tried:", ", ".join(f"{count} {target}" for target, count in tried.items()))
    assert "\n".join(found) == ""


def _unused(seconds: float, tried: Counter[str]) -> Iterator[Try]:
    """Inputs of each target, in the shares of the quick run, until the time is up."""
    chance, until = random.Random(), time.monotonic() + seconds
    targets, shares = list(TARGETS), [target.minute for target in TARGETS.values()]
    while time.monotonic() < until:
        (target,) = chance.choices(targets, shares)
        tried[target] += 1
        yield Try(target, chance.randrange(1 << 40))
