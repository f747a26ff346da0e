"""How a run went, in one word and one sentence, and as an exit code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

_ALIVE = ("edited", "unchanged", "revisit", "not-modified")
_COLLAPSES = {
    "disappeared": "had disappeared at once: is the paper out of order, rebuilt or closed?",
    "turned-unreadable": "could no longer be read: has the paper changed its layout?",
}
_FEWEST = 5
_COLLAPSE = 0.3
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


def judge(
    counts: Mapping[str, int], failures: Sequence[str], finish_reason: str, known: int, mistakes: int = 0
) -> Verdict:
    """The verdict on a run, from its counts, why requests got no answer, why Scrapy says it ended, how many articles
    of the outlet the archive knows after it, and how many times our own code raised what it should not."""
    answers = counts.get("captures", 0)
    if not answers:
        return Verdict("nothing-found", _silence(counts, failures))
    if finish_reason == "outside-hours":
        return Verdict("ok", "Stopped at the end of the paper's hours; the next run goes on from here")
    if finish_reason == "shutdown":
        return Verdict("interrupted", "Stopped by a signal; the next run goes on from here")
    if trouble := _trouble(counts, mistakes):
        return Verdict("partly-failed", trouble)
    if not known and finish_reason == "finished":
        return Verdict("nothing-found", f"{answers} pages answered, and none was an article")
    return _collapse(counts)


def _silence(counts: Mapping[str, int], failures: Sequence[str]) -> str:
    if failures:
        return f"No page answered. {failures[0]}"
    if forbidden := counts.get("forbidden", 0):
        return f"robots.txt forbids all {forbidden} addresses"
    return "No page answered. No seed was fetched"


def _trouble(counts: Mapping[str, int], mistakes: int) -> str | None:
    if mistakes:
        return f"Mistakes in luubao itself: {mistakes}. The log says which; please report them"
    requests = counts.get("captures", 0) + counts.get("failed", 0)
    troubles = counts.get("failed", 0) + counts.get("error", 0)
    return f"{troubles} of {requests} requests failed" if troubles > _TOLERATED * requests else None


def _collapse(counts: Mapping[str, int]) -> Verdict:
    """A paper that takes one article down has edited; where a third of the known articles that were looked at are gone,
    or can no longer be read, a person should look. What was found is recorded all the same."""
    looked_at = sum(counts.get(name, 0) for name in (*_ALIVE, *_COLLAPSES))
    for name, question in _COLLAPSES.items():
        if (count := counts.get(name, 0)) >= _FEWEST and count > _COLLAPSE * looked_at:
            return Verdict("partly-failed", f"{count} of {looked_at} known articles {question}")
    return Verdict("ok")
