"""The verdict on a run (outcome, reason, warnings, exit code), and the summary that `luubao crawl --json` prints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import IntEnum
from typing import TYPE_CHECKING, Any

from archive.model import clock

if TYPE_CHECKING:
    from scrapy.settings import BaseSettings

    from archive.monitor.health import Finding
    from archive.storage.run_rows import Clocks


_ALIVE_OUTCOMES = ("edited", "unchanged", "revisit", "not-modified")
_COLLAPSE_OUTCOMES = {
    "disappeared": "had disappeared at once: is the paper out of order, rebuilt or closed?",
    "turned-unreadable": "could no longer be read: has the paper changed its layout?",
    "doubted": "showed what cannot be their next state: does the whole site show one page?",
}
TIMED_OUT = "closespider_timeout"
"""Scrapy's finish reason where max_minutes are over."""
MAX_PAGES = "max-pages"
_TOO_MANY_LINKS = "not followed: what comes after"
GOES_ON = "the next run continues from here"
WRONG_CLOCK = "wrong-clock"
"""Scrapy's finish reason of a run whose clock cannot be right."""
_MIN_COLLAPSED = 5
_COLLAPSE_SHARE = 0.3
# A larger share of failed requests makes a run partly failed.
_TOLERATED_FAILURES = 0.1


class Exit(IntEnum):
    """Exit codes of `luubao crawl`. 2 is click's code for a wrong command line; 75 is EX_TEMPFAIL of sysexits.h. From 6
    on there is something to report though all was done."""

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
    Exit.FAILED: "failed: the archive is damaged or could not be written, or a mistake of luubao's own",
    Exit.MISCONFIGURED: "misconfigured: wrong command line or settings, no contact, unknown outlet, unusable archive",
    Exit.NOTHING_FOUND: "nothing found: no page answered, or none was an article",
    Exit.PARTLY_FAILED: "partly failed: more than a tenth of the requests failed; or a third of the known articles that"
    " were looked at had disappeared or could no longer be read; or something collapsed that the outlet's history says"
    " should be there",
    Exit.INTERRUPTED: "interrupted by a signal; the next run continues from there",
    Exit.OK_WITH_WARNINGS: "ok, with warnings: something is not as usual for this outlet, or `ping_url` could"
    " not be reached",
    Exit.LOCKED: "locked: another process crawls this outlet into this archive",
}
"""The meaning of each exit code, for the docs."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """outcome: the word in runs.outcome, or why no run began; reason: a sentence, None when all is well and neither the
    crawl window nor a limit stopped the run. warnings: what is unusual, in sentences; news: the warnings that no run of
    the last day has reported."""

    outcome: str
    reason: str | None = None
    warnings: tuple[str, ...] = ()
    news: tuple[str, ...] = ()

    @property
    def exit(self) -> Exit:
        return (
            Exit.OK_WITH_WARNINGS
            if self.outcome == "ok" and self.warnings
            else Exit[self.outcome.replace("-", "_").upper()]
        )

    def warned(self, sentence: str, *, known: bool = False) -> Verdict:
        """The verdict with a further warning. known: a run of the last day has reported it already."""
        news = self.news if known else (*self.news, sentence)
        return replace(self, warnings=(*self.warnings, sentence), news=news)


def judge(
    counts: Mapping[str, int], failures: Sequence[str], finish_reason: str, known: int, mistakes: int = 0
) -> Verdict:
    """The verdict on a run, from its counts, the reasons of failed requests, Scrapy's finish reason, the number of
    known articles of the outlet after the run, and the number of luubao's own mistakes."""
    answers = counts.get("captures", 0)
    if finish_reason == WRONG_CLOCK:
        return Verdict("ok", "Stopped at the first answer, for a clock is wrong")
    if not answers and (failures or finish_reason != "shutdown"):
        return Verdict("nothing-found", _no_answer_reason(counts, failures))
    if finish_reason == "outside-hours":
        return Verdict("ok", "Stopped at the end of the paper's hours; the next run continues from here")
    if finish_reason == "lease-lost":
        return Verdict(
            "interrupted", "Stopped, for the outlet was given to another worker; the next run continues from here"
        )
    if finish_reason == "shutdown":
        return Verdict("interrupted", "Stopped by a signal; the next run continues from here")
    if trouble := _failure_reason(counts, mistakes):
        return Verdict("partly-failed", trouble)
    if not known and finish_reason == "finished":
        return Verdict("nothing-found", f"{answers} pages answered, and none was an article")
    return _collapse_verdict(counts)


def compared(verdict: Verdict, findings: Sequence[Finding]) -> Verdict:
    """The verdict after the comparison with the outlet's baseline: a collapse makes an ok run partly failed, other
    findings become warnings."""
    collapses = [finding.sentence for finding in findings if finding.collapse]
    if verdict.outcome == "ok" and collapses:
        verdict, first = Verdict("partly-failed", collapses[0]), collapses[0]
        findings = [finding for finding in findings if finding.sentence != first]
    return replace(
        verdict,
        warnings=tuple(finding.sentence for finding in findings),
        news=tuple(finding.sentence for finding in findings if not finding.known),
    )


def limited(verdict: Verdict, sentence: str | None) -> Verdict:
    """The verdict on a run that reached limits, which is no failure: the sentence on them follows the reason."""
    if sentence is None:
        return verdict
    reason = f"{verdict.reason}. {sentence}" if verdict.reason else sentence
    return replace(verdict, reason=reason)


def reached(counts: Mapping[str, int], reason: str, settings: BaseSettings) -> str | None:
    """A sentence on the limits that a run reached; None where it reached none. reason: its finish reason."""
    sentences = [*_limit_sentences(counts, reason, settings)]
    if sentences:
        sentences.append(GOES_ON)
    if count := counts.get("left: depth", 0):  # no later run goes deeper
        nested = "which too many sitemaps in a row name: raise sitemap_depth"
        sentences.append(f"{count:,} addresses were left out, {nested}")
    sentence = "; ".join(sentences)
    return f"{sentence[0].upper()}{sentence[1:]}" if sentence else None


def _limit_sentences(counts: Mapping[str, int], reason: str, settings: BaseSettings) -> Iterator[str]:
    if reason == TIMED_OUT:
        yield f"stopped after {settings.getfloat('CLOSESPIDER_TIMEOUT') / 60:g} minutes (max_minutes)"
    if reason == MAX_PAGES:
        yield f"stopped after {counts.get('captures', 0):,} pages (max_pages)"
    for name, sentence in _SENTENCES.items():
        if count := counts.get(name, 0):
            yield sentence.format(count=count)
    if count := sum(number for name, number in counts.items() if name.startswith(_TOO_MANY_LINKS)):
        yield f"{count:,} pages, feeds or sitemaps lead to more addresses than are followed from one"


_SENTENCES = {
    "left: sitemaps": "{count:,} new sitemaps wait (max_sitemaps)",
    "left: waiting": "{count:,} addresses were left out, for as many wait as may (max_waiting)",
    "left: headers": "the headers of {count:,} answers were cut (max_header_kilobytes)",
    "left: redirects": "{count:,} redirects were not followed, each after too many others (max_redirects)",
    "left: pictures": "{count:,} pictures wait (pictures_per_run)",
}
"""The sentence for each count, with the name of the limit's setting."""


def _no_answer_reason(counts: Mapping[str, int], failures: Sequence[str]) -> str:
    if failures:
        return f"No page answered. {failures[0]}{_proxy_hint()}"
    if forbidden := counts.get("forbidden", 0):
        return f"robots.txt forbids all {forbidden} addresses"
    return "No page answered. No seed was fetched"


def _proxy_hint() -> str:
    """A hint at the proxies that the environment names, the likelier cause; empty where it names none."""
    from urllib.request import getproxies  # slow to import, and needed where all has failed

    names = ", ".join(f"{scheme}_proxy" for scheme in sorted(getproxies()) if scheme != "no")
    return f" (requests go through a proxy: check {names} in the environment)" if names else ""


def _failure_reason(counts: Mapping[str, int], mistakes: int) -> str | None:
    if mistakes:
        return f"Mistakes in luubao itself: {mistakes}. The log says which; please report them"
    requests = counts.get("captures", 0) + counts.get("failed", 0)
    troubles = counts.get("failed", 0) + counts.get("error", 0)
    return f"{troubles} of {requests} requests failed" if troubles > _TOLERATED_FAILURES * requests else None


def _collapse_verdict(counts: Mapping[str, int]) -> Verdict:
    """Partly failed where a third of the rechecked articles have disappeared, or can no longer be read: a person should
    look. A paper that takes one article down has edited. The findings are recorded all the same."""
    looked_at = sum(counts.get(name, 0) for name in (*_ALIVE_OUTCOMES, *_COLLAPSE_OUTCOMES))
    for name, question in _COLLAPSE_OUTCOMES.items():
        if (count := counts.get(name, 0)) >= _MIN_COLLAPSED and count > _COLLAPSE_SHARE * looked_at:
            return Verdict("partly-failed", f"{count} of {looked_at} known articles {question}")
    return Verdict("ok")


def wrong_clocks(found: Clocks) -> Iterator[str]:
    date = found.at
    if found.ahead:
        yield (
            f"a run of this outlet began on {found.ahead:%Y-%m-%d} by its clock, and it is {date:%Y-%m-%d}: that clock"
            " was ahead, and what the run saw is put in its place, before what is seen now"
        )
    if found.behind:
        yield (
            f"this machine's clock says {date:%Y-%m-%d %H:%M}, and an earlier run ended at"
            f" {date + found.behind:%Y-%m-%d %H:%M}: the clock is behind, and this run counts from there; set it"
        )


FIELDS = {
    "outlet": "the outlet's name",
    "run": "number of the run in the archive: `runs.id`; null where none began",
    "started_at": "when it began, UTC, ISO 8601; null where none began",
    "finished_at": "when it ended",
    "outcome": "`ok`, `nothing-found`, `partly-failed`, `failed`, `interrupted`; where none began, `locked`,"
    " `misconfigured`, `failed`, or `ok` outside the paper's hours",
    "exit": "the exit code",
    "reason": "one sentence when all was not well, or when the paper's hours or a limit (`max_minutes`, `max_waiting`"
    " ...) kept it from going on; else null",
    "warnings": "sentences about what is not as usual, also those reported before",
    "counts": "how often what happened: `captures` (answers), `new`, `edited`, `unchanged`, `disappeared`, `failed`,"
    " `pictures` ...",
    "health": "the measures that runs are compared by, as in `runs.health`: `shares` (how many of how many),"
    " `sections`, `kinds`, `body_from`, `containers`, `seeds`",
    "alerts": "how many messages were `sent`, and how many are `waiting` for the next run; null where there are no"
    " alerts, or no run ended by itself",
    "pinged": "whether `ping_url` was notified: true, false, or null where none is set or there was nothing to notify",
}
"""The fields in order, with their meanings."""


@dataclass(frozen=True, slots=True)
class EndedRun:
    """A run that ended, or never began (then run and started_at are None)."""

    outlet: str
    verdict: Verdict
    finished_at: datetime
    run: int | None = None
    started_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=dict)
    health: Mapping[str, Any] = field(default_factory=dict)


def summary(ended: EndedRun, *, pinged: bool | None, alerts: Mapping[str, int] | None = None) -> dict[str, Any]:
    verdict = ended.verdict
    started_at = clock.stamp(ended.started_at) if ended.started_at else None
    values = (
        ended.outlet, ended.run, started_at, clock.stamp(ended.finished_at), verdict.outcome, int(verdict.exit),
        verdict.reason, list(verdict.warnings), dict(ended.counts), dict(ended.health), alerts, pinged,
    )  # fmt: skip
    return dict(zip(FIELDS, values, strict=True))
