"""How a run went, in one word and one sentence, and as an exit code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum

_ARTICLES = ("new", "edited", "unchanged", "revisit", "not-modified")
_MANY_GONE = 5
_SHARE_GONE = 0.3
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
    answers = counts.get("captures", 0)
    articles = sum(counts.get(name, 0) for name in _ARTICLES)
    if not answers:
        return Verdict("nothing-found", f"No page answered. {failures[0] if failures else 'No seed was fetched'}")
    if finish_reason == "shutdown":
        return Verdict("interrupted", "Stopped by a signal; the next run goes on from here")
    if vanished := _vanished(counts, articles):
        return Verdict("partly-failed", vanished)
    if not articles:
        return Verdict("nothing-found", f"{answers} pages answered, and none was an article")
    asked, troubles = answers + counts.get("failed", 0), counts.get("failed", 0) + counts.get("error", 0)
    if troubles > _TOLERATED * asked:
        return Verdict("partly-failed", f"{troubles} of {asked} requests failed")
    return Verdict("ok")


def _vanished(counts: Mapping[str, int], articles: int) -> str | None:
    """A paper that takes one article down has edited; one that seems to take down a third of them is out of order, or
    is being closed. Either way a person should look. The disappearances are recorded, and undone when they return."""
    gone = counts.get("disappeared", 0)
    if gone < _MANY_GONE or gone <= _SHARE_GONE * (articles + gone):
        return None
    return f"{gone} of {articles + gone} articles had disappeared at once: is the paper out of order, rebuilt or closed?"
