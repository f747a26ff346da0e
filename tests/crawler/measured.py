"""`luubao crawl` in a process of its own, with settings of the test's, and what it took."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests import killable_commands
from tests.invariants import ask

_CRAWL = """
import json, resource, sys
from pathlib import Path
import crawler.settings
took, changed, first = Path(sys.argv[1]), json.loads(sys.argv[2]), sys.argv[3]
sys.argv[1:4] = []
vars(crawler.settings).update(changed)
exec(first)
from crawler.cli import main
try:
    main()
finally:
    # our own from /proc: what getrusage says of us begins with the memory of who started us
    ours = next(line for line in open("/proc/self/status") if line.startswith("VmHWM"))
    took.write_text(str(max(int(ours.split()[1]), resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)))
"""
# What would take minutes takes seconds, and the rest is as it is set for everybody.
_HASTE = {"DOWNLOAD_TIMEOUT": 2, "RETRY_TIMES": 0, "LUUBAO_ERRORS_IN_A_ROW": 1000}


@dataclass(frozen=True)
class Measured:
    """A crawl that has ended. told: standard error; megabytes: the most memory that it, or one of
    its readers, had."""

    path: Path
    code: int
    told: str
    summary: dict[str, Any]
    seconds: float
    megabytes: float
    counts: dict[str, int] = field(default_factory=dict)

    def ask(self, question: str, *values: object) -> list[Any]:
        """Rows; those of one column as their value."""
        return [row[0] if len(row) == 1 else row for row in ask(self.path, question, *values)]

    def captured(self) -> dict[str, tuple[int, str, str | None]]:
        """Path -> status, outcome and detail of its last capture."""
        rows = self.ask("SELECT requested_url, status, outcome, detail FROM captures ORDER BY id")
        return {"/" + url.split("/", 3)[3]: tuple(facts) for url, *facts in rows}

    def headlines(self) -> list[str]:
        return self.ask("SELECT headline FROM articles ORDER BY headline")

    def waiting(self) -> list[str]:
        """The paths in the frontier that are due later than now."""
        rows = self.ask("SELECT url FROM frontier WHERE due_at > strftime('%Y-%m-%dT%H:%M:%SZ', 'now')")
        return ["/" + url.split("/", 3)[3] for url in rows]


def measured(
    base_url: str,
    path: Path,
    *options: str,
    settings: Mapping[str, object] | None = None,
    environment: Mapping[str, str] | None = None,
    first: str = "",
) -> Measured:
    """One crawl. settings: of crawler.settings; first: Python that is run before the crawl."""
    begun = time.monotonic()
    done = killable_commands.run(
        [*command(base_url, path, settings=settings, first=first), *options], env={**os.environ, **(environment or {})}
    )
    seconds = time.monotonic() - begun
    summary = json.loads(done.stdout or "{}")
    megabytes = int(_took(path).read_text()) / 1024
    return Measured(path, done.returncode, done.stderr, summary, seconds, megabytes, summary.get("counts", {}))


def command(base_url: str, path: Path, *, settings: Mapping[str, object] | None = None, first: str = "") -> list[str]:
    """The command that makes such a crawl."""
    changed = json.dumps({**_HASTE, **(settings or {})})
    crawl = ["crawl", "demo", "--db", str(path), "--base-url", base_url, "--json"]
    return [sys.executable, "-c", _CRAWL, str(_took(path)), changed, first, *crawl]


def _took(path: Path) -> Path:
    return path.with_name(path.name + ".took")
