"""How a run went, in one word and one sentence, and as an exit code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

# More failed exchanges than this share, and the run is called partly failed.
_TOLERATED = 0.1


class Exit(IntEnum):
    """Exit codes of `luubao crawl`. 2 is click's code for a wrong command line; 75 is EX_TEMPFAIL of sysexits.h."""

    OK = 0
    FAILED = 1
    MISCONFIGURED = 2
    NOTHING_FOUND = 3
    PARTLY_FAILED = 4
    INTERRUPTED = 5
    LOCKED = 75


_EXITS = {
    "ok": Exit.OK,
    "nothing-found": Exit.NOTHING_FOUND,
    "partly-failed": Exit.PARTLY_FAILED,
    "failed": Exit.FAILED,
    "interrupted": Exit.INTERRUPTED,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """outcome: the word kept in runs.outcome; reason: the sentence, None when all is well."""

    outcome: str
    reason: str | None = None

    @property
    def exit(self) -> Exit:
        """The exit code that says the same."""
        return _EXITS[self.outcome]


def judge(counts: Mapping[str, int], failures: Sequence[str], finish_reason: str) -> Verdict:
    """The verdict on a run, from its counts, the addresses that gave no answer, and why Scrapy says it ended."""
    answers, troubles = counts.get("captures", 0), counts.get("failed", 0) + counts.get("error", 0)
    articles = sum(counts.get(name, 0) for name in ("new", "edited", "unchanged", "revisit", "not-modified"))
    if not answers:
        first = failures[0] if failures else "no seed was fetched"
        return Verdict("nothing-found", f"No page answered. {first}")
    if not articles:
        return Verdict("nothing-found", f"{answers} pages answered, and none was an article")
    if finish_reason == "shutdown":
        return Verdict("interrupted", "Stopped by a signal; the next run goes on from here")
    if troubles > _TOLERATED * (answers + counts.get("failed", 0)):
        return Verdict("partly-failed", f"{troubles} of {answers + counts.get('failed', 0)} requests failed")
    return Verdict("ok")
