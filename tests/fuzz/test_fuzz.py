"""Nothing that arrives ends in a traceback, a hang, or a full memory."""

from __future__ import annotations

import pytest

from tests.fuzz.run import Try, findings, known
from tests.fuzz.targets import TARGETS


def test_what_was_found_once_is_found_no_more() -> None:
    assert "\n".join(f"{one}\n{said}" for one, said in findings(known(), 1)) == ""


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_the_seeds_themselves_are_read(target: str) -> None:
    for seed in TARGETS[target].seeds():
        TARGETS[target].takes(seed)


@pytest.mark.slow
@pytest.mark.parametrize("target", TARGETS)
def test_a_minute_of_fuzzing_finds_nothing(target: str) -> None:
    tries = (Try(target, number) for number in range(TARGETS[target].minute))
    assert "\n".join(f"{one}\n{said}" for one, said in findings(tries)) == ""
