"""A luubao of another day: the package copied, its reader changed, run in a process of its own.

What it archives was read by a real extractor of another name.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent

_WRITE = """
import json, sys
from datetime import timedelta
from archive import Capture, ingest, open_archive, start_run, finish_run
from archive.storage.version_texts import learn_boilerplate
from tests.support import NOON, PAPER
path, sights = sys.argv[1], json.load(sys.stdin)
with open_archive(path, create=True) as db:
    run = start_run(db, PAPER, {}, NOON)
    for sight in sights:
        at, url = NOON + timedelta(hours=sight["hour"]), sight["url"]
        body = sight["body"].encode() if sight["body"] is not None else None
        facts = {"final_url": url, "status": 200, "encoding": "utf-8"} | sight["facts"]
        ingest(db, run, Capture(requested_url=url, captured_at=at, body=body, **facts))
    finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON)
"""

# It leaves the paper's name on headlines, sees no pictures, datelines and corrections, takes stories of ferries for no article and power cuts for
# one, and reads pages of any size.
_CHANGES = (
    ('headline=metadata.headline or ""', 'headline=(metadata.headline or "") + " - Báo Thử"'),
    ("charset.refusal(text)", "None"),
    ("images=body.images", "images=()"),
    ("dateline=body.dateline", "dateline=None"),
    (", correction=correction)", ")"),
    ("blocks=body.blocks", 'blocks=tuple(block for block in body.blocks if block.kind != "image")'),
    (
        "    if isinstance(kind, Unreadable):\n",
        """    if "Chuyến đò" in text:
        kind = Unreadable("no-article")
    if "Lịch cắt điện" in text:
        kind = "article"
    if isinstance(kind, Unreadable):
""",
    ),
)


@dataclass(frozen=True)
class Luubao:
    """A package tree, and what can be done with it."""

    tree: Path

    def write(self, path: Path, sights: list[dict[str, Any]]) -> None:
        """Ingests what was seen: url, body, hour after noon, other facts of the capture."""
        command = [sys.executable, "-c", _WRITE, str(path)]
        subprocess.run(command, input=json.dumps(sights), text=True, cwd=self.tree, env=self._environment(), check=True)

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """One of its commands, to its end."""
        return subprocess.run(
            self.command(*arguments),
            capture_output=True,
            text=True,
            cwd=self.tree,
            env=self._environment(),
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        """One of its commands, in a process group of its own."""
        return subprocess.Popen(
            self.command(*arguments), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=self.tree,
            env=self._environment(), start_new_session=True,
        )  # fmt: skip

    @staticmethod
    def command(*arguments: str) -> list[str]:
        return [sys.executable, "-m", "archive", *arguments]

    def _environment(self) -> dict[str, str]:
        return {**os.environ, "PYTHONPATH": f"{self.tree}{os.pathsep}{ROOT}"}


def present() -> Luubao:
    """The luubao of today."""
    return Luubao(ROOT)


def older(folder: Path, changes: tuple[tuple[str, str], ...] = _CHANGES) -> Luubao:
    """The luubao of another day; without changes, one that reads the same under another name."""
    shutil.copytree(ROOT / "archive", folder / "archive", ignore=shutil.ignore_patterns("__pycache__"))
    reader = folder / "archive" / "extract" / "reader.py"
    source = reader.read_text("utf-8")
    for new, old in changes:
        assert source.count(new) == 1, new
        source = source.replace(new, old)
    reader.write_text(source + "_OLDER = 1\n", "utf-8")
    return Luubao(folder)
