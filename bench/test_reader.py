"""The reader against trafilatura in one run: time per page; and hostile input within its limits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import pytest
import trafilatura

from bench.kit_plugin import extract

pytestmark = pytest.mark.bench

KIT = Path(__file__).resolve().parents[2] / "shared" / "evaluation"
PLUGIN = Path(__file__).with_name("kit_plugin.py")
REPETITIONS = 3
needs_kit = pytest.mark.skipif(not (KIT / "data").is_dir(), reason="the evaluation kit is not beside the repository")


def pages() -> list[tuple[str, str]]:
    sys.path.insert(0, str(KIT))
    import common  # the kit's own loader

    return [(r["html"], r["url"]) for r in common.load_bodies()] + [
        (r["html_text"], r["url"]) for r in common.load_outlets()
    ]


def seconds(read: Callable[[str, str], Any], sources: list[tuple[str, str]]) -> float:
    start = time.process_time()
    for source, url in sources:
        read(source, url)
    return time.process_time() - start


@needs_kit
def test_time_per_page_against_trafilatura() -> None:
    sources = pages()
    seconds(extract, sources[:12])
    seconds(lambda source, url: trafilatura.bare_extraction(source, url=url, with_metadata=True), sources[:12])
    ratios = []
    for _ in range(REPETITIONS):
        theirs = seconds(lambda source, url: trafilatura.bare_extraction(source, url=url, with_metadata=True), sources)
        ratios.append(seconds(extract, sources) / theirs)
    print(f"\nCPU per page, ours over trafilatura's default: {median(ratios):.2f} of {[f'{r:.2f}' for r in ratios]}")
    assert median(ratios) <= 0.7


@needs_kit
def test_hostile_inputs_stay_within_two_seconds(tmp_path: Path) -> None:
    environment = {**os.environ, "EVAL_OUT": str(tmp_path)}
    subprocess.run([sys.executable, KIT / "make_mutants.py"], env=environment, cwd=tmp_path, check=True)
    command = [
        sys.executable,
        str(KIT / "eval_robust.py"),
        "--tools",
        "--plugin",
        f"luubao={PLUGIN}:extract",
        "--limit",
        "2",
    ]
    subprocess.run(command, env=environment, cwd=tmp_path, check=True, stdout=subprocess.DEVNULL)
    figures = json.loads((tmp_path / "robust.json").read_text())["luubao"]
    shown = {name: figures[name] for name in ("cases", "hangs", "crashes", "exceptions", "control_chars_in_text")}
    print(
        f"\nhostile inputs: {shown}, slowest {figures['slowest'][0]}, memory over the page's own {figures['peak_over'][0]}"
    )
    assert shown == {"cases": 300, "hangs": 0, "crashes": 0, "exceptions": 0, "control_chars_in_text": 0}
    assert figures["peak_over"][0][0] < 300
    assert figures["xxe_leaks"] == []
