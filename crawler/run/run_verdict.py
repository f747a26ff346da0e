"""How a run went, in one word and one sentence, and as an exit code."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import IntEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archive.monitor.baseline import Finding
    from archive.storage.clock_corrections import Clocks

_ALIVE = ("edited", "unchanged", "revisit", "not-modified")
_COLLAPSES = {
    "disappeared": "had disappeared at once: is the paper out of order, rebuilt or closed?",
    "turned-unreadable": "could no longer be read: has the paper changed its layout?",
    "doubted": "showed what cannot be their next state: does the whole site show one page?",
}
WRONG_CLOCK = "wrong-clock"
"""Why a run ended whose clock cannot be right, as Scrapy's finish reason."""
_FEWEST = 5
_COLLAPSE = 0.3
# More failed exchanges than this share, and the run is called partly failed.
_TOLERATED = 0.1


class Exit(IntEnum):
    """Exit codes of `luubao crawl`. 2 is click's code for a wrong command line; 75 is EX_TEMPFAIL of sysexits.h. From 6
    on something is to be told though all was done."""

    OK = 0
    FAILED = 1
    MISCONFIGURED = 2
    NOTHING_FOUND = 3
    PARTLY_FAILED = 4
    INTERRUPTED = 5
    OK_WITH_WARNINGS = 6
    LOCKED = 75


MEANINGS = {
    Exit.OK: "ok",
    Exit.FAILED: "failed: the archive could not be written, or a mistake of luubao's own",
    Exit.MISCONFIGURED: "misconfigured: wrong command line or settings, no contact, unknown outlet, unusable archive",
    Exit.NOTHING_FOUND: "nothing found: no page answered, or none was an article",
    Exit.PARTLY_FAILED: "partly failed: more than a tenth of the requests failed; or a third of the known articles that"
    " were looked at had disappeared or could no longer be read; or something collapsed that the outlet's history says"
    " should be there",
    Exit.INTERRUPTED: "interrupted by a signal; the next run goes on from there",
    Exit.OK_WITH_WARNINGS: "ok, with warnings: something is not as usual for this outlet, or could not be told to"
    " `ping_url`",
    Exit.LOCKED: "locked: another process crawls this outlet into this archive",
}
"""What each says, for the docs."""

_EXITS = {
    "ok": Exit.OK,
    "nothing-found": Exit.NOTHING_FOUND,
    "partly-failed": Exit.PARTLY_FAILED,
    "failed": Exit.FAILED,
    "interrupted": Exit.INTERRUPTED,
    # these two never began, and are in no archive
    "locked": Exit.LOCKED,
    "misconfigured": Exit.MISCONFIGURED,
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """outcome: the word kept in runs.outcome, or why no run began; reason: the sentence, None when all is well and
    neither the paper's hours nor a limit kept the run from going on. warnings: what is not as usual, in sentences;
    news: those of them that no run of the last day has told."""

    outcome: str
    reason: str | None = None
    warnings: tuple[str, ...] = ()
    news: tuple[str, ...] = ()

    @property
    def exit(self) -> Exit:
        """The exit code that says the same."""
        return Exit.OK_WITH_WARNINGS if self.outcome == "ok" and self.warnings else _EXITS[self.outcome]

    def warned(self, sentence: str, *, known: bool = False) -> Verdict:
        """The same with a further warning, which a run of the last day has told already where it is known."""
        news = self.news if known else (*self.news, sentence)
        return replace(self, warnings=(*self.warnings, sentence), news=news)


def judge(
    counts: Mapping[str, int], failures: Sequence[str], finish_reason: str, known: int, mistakes: int = 0
) -> Verdict:
    """The verdict on a run, from its counts, why requests got no answer, why Scrapy says it ended, how many articles
    of the outlet the archive knows after it, and how many times our own code raised what it should not."""
    answers = counts.get("captures", 0)
    if finish_reason == WRONG_CLOCK:
        return Verdict("ok", "Stopped at the first answer, for a clock is wrong")
    if not answers and (failures or finish_reason != "shutdown"):
        return Verdict("nothing-found", _silence(counts, failures))
    if finish_reason == "outside-hours":
        return Verdict("ok", "Stopped at the end of the paper's hours; the next run goes on from here")
    if finish_reason == "lease-lost":
        return Verdict(
            "interrupted", "Stopped, for the outlet was given to another worker; the next run goes on from here"
        )
    if finish_reason == "shutdown":
        return Verdict("interrupted", "Stopped by a signal; the next run goes on from here")
    if trouble := _trouble(counts, mistakes):
        return Verdict("partly-failed", trouble)
    if not known and finish_reason == "finished":
        return Verdict("nothing-found", f"{answers} pages answered, and none was an article")
    return _collapse(counts)


def moved(verdict: Verdict, sentence: str) -> Verdict:
    """The verdict on a run that found the paper at another site."""
    return replace(verdict, outcome="partly-failed", reason=sentence)


def compared(verdict: Verdict, findings: Sequence[Finding]) -> Verdict:
    """The verdict after a look at the outlet's history: a collapse turns a run that went well into one that did not,
    the rest are warnings."""
    collapses = [one.sentence for one in findings if one.collapse]
    if verdict.outcome == "ok" and collapses:
        verdict, first = Verdict("partly-failed", collapses[0]), collapses[0]
        findings = [one for one in findings if one.sentence != first]
    return replace(
        verdict,
        warnings=tuple(one.sentence for one in findings),
        news=tuple(one.sentence for one in findings if not one.known),
    )


def limited(verdict: Verdict, sentence: str | None) -> Verdict:
    """The verdict on a run that met limits, which is no failure: the sentence says which, after what else is said."""
    if sentence is None:
        return verdict
    reason = f"{verdict.reason}. {sentence}" if verdict.reason else sentence
    return replace(verdict, reason=reason)


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


def wrong_clocks(found: Clocks) -> Iterator[str]:
    """A sentence on each clock that was found wrong."""
    at = found.at
    if found.ahead:
        yield (
            f"a run of this outlet began on {found.ahead:%Y-%m-%d} by its clock, and it is {at:%Y-%m-%d}: that clock"
            " was ahead, and what the run saw is put in its place, before what is seen now"
        )
    if found.behind:
        yield (
            f"this machine's clock says {at:%Y-%m-%d %H:%M}, and an earlier run ended at"
            f" {at + found.behind:%Y-%m-%d %H:%M}: the clock is behind, and this run counts from there; set it"
        )
