"""What it costs to derive everything again: `luubao verify` against `luubao verify --facts`, by the clock, in one run.

Other programs on the machine count: deriving uses two processors. BENCH_VERIFY sets how many articles the archive has; 200,000
have half a million captures.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path
from statistics import median

import pytest

from bench.big import big_archive

pytestmark = pytest.mark.bench

ARTICLES = int(os.environ.get("BENCH_VERIFY", "10000"))
RUNS = 3
TIMES = 3.0


def _seconds(path: Path, *options: str) -> float:
    begun = time.monotonic()
    subprocess.run([sys.executable, "-m", "crawler", "verify", "--db", path, *options], check=True, capture_output=True)
    return time.monotonic() - begun


@pytest.mark.timeout(3600)
def test_deriving_everything_against_facts_alone() -> None:
    path = big_archive(ARTICLES)
    _seconds(path, "--facts")
    facts, derived = zip(*((_seconds(path, "--facts"), _seconds(path)) for _ in range(RUNS)), strict=True)
    times = median(derived) / median(facts)
    print(f"\nfacts {median(facts):.1f} s, everything derived {median(derived):.1f} s: {times:.2f} times")
    assert times <= TIMES
