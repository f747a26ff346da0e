"""Checks a run against its outlet's history in the archive, and reports each finding once a day. Here: drops in shares
(readable pages, articles with a lead, pictures with a caption, ...), and a rebuilt site (bodies in new page elements,
pages of new kinds); archive.monitor.news_flow has what comes too rarely.

The last 10, 20 and 40 pages, and those of this run, are compared with groups of 20 before them. The usual share is the
groups' median, lowered by twice their spread, because pages of one day resemble one another. A count that this share
would give less than once in a million times is too low.

A lasting change becomes the baseline by itself: a new layout that extracts well needs no one, and one that does not
shows as a drop in shares.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta, tzinfo
from itertools import islice
from statistics import median

from archive.model.clock import zone_of
from archive.model.records import Run
from archive.monitor import news_flow
from archive.monitor.health import LONGEST, TOO_UNLIKELY, Finding, Health, PastRun, Share, so_few, so_many, spread
from archive.queries.outlets_followed import REPEAT_AFTER, runs_of, warn, warned_recently
from archive.storage.connection import Database


def check_run(db: Database, run: Run, health: Health, outcome: str, *, since: date | None = None) -> list[Finding]:
    """Findings for a run that is about to end with that outcome, collapses first. Stores their keys in health.flags,
    and in health.told those that no run of the last day has reported. since: the first day whose runs form the
    baseline."""
    earlier = history(db, run, health)
    findings = compare(PastRun(health, outcome), earlier, zone=zone_of(run.outlet.timezone), since=since)
    reported = {key for past in earlier if past.at > health.at - REPEAT_AFTER for key in past.health.told}
    health.flags = tuple(finding.key for finding in findings)
    health.told = tuple(key for key in health.flags if key not in reported)
    return [replace(finding, known=finding.key in reported) for finding in findings]


def compare(
    now: PastRun, before: Sequence[PastRun], *, zone: tzinfo | None = None, since: date | None = None
) -> list[Finding]:
    """The anomalies of a run, collapses first. before: the outlet's earlier finished runs, oldest first; the last may
    have begun in the same second. since: the first day, in `zone`, whose runs form the baseline."""
    past = [run for run in before if run.at <= now.at and (since is None or run.at.astimezone(zone).date() >= since)]
    newest_first = [run.health for run in reversed(past)]
    findings = [
        *shares(now.health, newest_first),
        *news_flow.rates([*past, now]),
        *layouts(now.health, newest_first),
        *news_flow.seeds([*past, now]),
    ]
    return sorted(findings, key=lambda finding: not finding.collapse)


def add_warning(db: Database, run_id: int, sentence: str) -> bool:
    """Adds a warning to a recorded run. Returns whether a run of the day before has the same warning. Raises
    ArchiveUnusable."""
    earlier = warned_recently(db, run_id, sentence)
    warn(db, run_id, sentence)
    return earlier


def history(db: Database, run: Run, health: Health) -> list[PastRun]:
    """The outlet's earlier finished runs, oldest first, as far back as the baseline reaches."""
    earlier = runs_of(db, run.outlet_id, health.at - LONGEST)
    return [
        PastRun(Health.from_json(facts.started_at, facts.health), facts.outcome)
        for facts in earlier
        if facts.id != run.id and facts.outcome != "running"
    ]


_WINDOWS = (10, 20, 40)
_OLDEST = timedelta(days=14)
_FEWEST_PAGES = 4  # in this run alone
_GROUP = 20
_FEWEST_GROUPS, _MOST_GROUPS = 5, 100
_HIGHEST_USUAL = 0.97  # a usual share is capped here: some page is always without
_LOWEST_USUAL = 0.15  # rarer fields are not checked
_LOW_SHARE = 0.75  # of the usual share: a smaller drop is not reported

WORDS = {
    "readable": ("pages that should be articles", "could be read", "can"),
    "body": ("articles", "have a text", "have one"),
    "lead": ("articles", "have a lead", "have one"),
    "byline": ("articles", "say who wrote them", "do"),
    "published_at": ("articles", "say when they were published", "do"),
    "section": ("articles", "name their section", "do"),
    "images": ("articles", "have a picture", "have one"),
    "caption": ("pictures", "have a caption", "have one"),
    "credit": ("pictures", "say who made them", "do"),
}
"""For each share: the noun it counts, the verb phrase, and its short form."""
_COLLAPSE_SHARES = dict.fromkeys(WORDS, 0.1) | {"readable": 0.4, "body": 0.4}
"""A drop below this part of the usual share is a collapse."""
_LAYOUT_QUESTION = " Has the paper changed its layout?"


@dataclass(frozen=True, slots=True)
class Usual:
    """The baseline from groups of earlier pages. share: the median; low: the share on a bad day."""

    share: float
    low: float


def shares(now: Health, before: Sequence[Health]) -> Iterator[Finding]:
    """Findings for shares that are lower than usual. before: earlier runs, newest first."""
    for name in WORDS:
        if found := _drop(name, now, before):
            yield found


def _drop(name: str, now: Health, before: Sequence[Health]) -> Finding | None:
    windows, earlier = recent(name, now, before)
    usual = usual_share(name, earlier) if windows else None
    if usual is None or usual.share < _LOWEST_USUAL:
        return None
    chances = [
        (so_few(*window, usual.low), window) for window in windows if window[0] < _LOW_SHARE * usual.share * window[1]
    ]
    chance, window = min(chances, default=(1.0, (0, 0)))
    return _finding(name, window, usual.share) if chance < TOO_UNLIKELY else None


def recent(name: str, now: Health, before: Sequence[Health]) -> tuple[list[Share], Sequence[Health]]:
    """This run's share, if it has enough pages, and those of the last pages; and the runs that are in none of them."""
    windows = [now.shares[name]] if now.shares.get(name, (0, 0))[1] >= _FEWEST_PAGES else []
    window_sizes, runs_used = list(_WINDOWS), 0
    hits = total = 0
    for health in (now, *before):
        if not window_sizes or health.at < now.at - _OLDEST:
            break
        more_hits, more_total = health.shares.get(name, (0, 0))
        hits, total, runs_used = hits + more_hits, total + more_total, runs_used + 1
        while window_sizes and total >= window_sizes[0]:
            window_sizes.pop(0)
            if (hits, total) not in windows:
                windows.append((hits, total))
    return windows, before[max(runs_used - 1, 0) :]


def usual_share(name: str, runs: Sequence[Health]) -> Usual | None:
    """The baseline of these runs, without those flagged for this share; None where they are too few."""
    key = key_of(name)
    clean = (run.shares[name] for run in runs if name in run.shares and key not in run.flags)
    groups = [hits / total for hits, total in islice(_groups(clean), _MOST_GROUPS)]
    if len(groups) < _FEWEST_GROUPS:
        return None
    middle = median(groups)
    return Usual(middle, min(max(middle - 2 * spread(groups), 0.01), _HIGHEST_USUAL))


def _groups(shares: Iterator[Share]) -> Iterator[Share]:
    hits = total = 0
    for more_hits, more_total in shares:
        hits, total = hits + more_hits, total + more_total
        if total >= _GROUP:
            yield hits, total
            hits = total = 0


def key_of(name: str) -> str:
    """The flag of a run in which this share was too low."""
    return f"few:{name}"


def _finding(name: str, window: Share, usual: float) -> Finding:
    (hits, total), (noun, verb, short_verb) = window, WORDS[name]
    collapse = hits < _COLLAPSE_SHARES[name] * usual * total
    sentence = (
        f"{f'only {hits}' if hits else 'none'} of the last {total} {noun} {verb},"
        f" where usually {usual:.0%} {short_verb}."
    )
    return Finding(key_of(name), sentence + _LAYOUT_QUESTION, collapse)


_WINDOW = 20
_FEWEST_LATELY = 40
_LONGEST = timedelta(days=28)
_USUAL_SHARE = 0.02  # of all pages
_REBUILT_SHARE = 0.5
_NEW_KIND_SHARE = 0.25
_NORMAL_KINDS = frozenset({"article", "photo-story", "video", "live-blog", "no-article"})
_KINDS = {
    "wall": "ask readers to log in",
    "cookie-bounce": "only set a cookie and reload",
    "obfuscated": "have a text that the paper scrambles",
    "soft-404": "say that they are gone",
    "empty": "are empty",
    "gave-up": "are too much for the reader",
    "too-large": "are too large to be read",
}


def layouts(now: Health, before: Sequence[Health]) -> Iterator[Finding]:
    """Findings for new containers and new kinds. before: earlier runs, newest first."""
    yield from _new_containers(now, before)
    yield from _new_kinds(now, before)


def _new_containers(now: Health, before: Sequence[Health]) -> Iterator[Finding]:
    recent, older = _recent_and_older(lambda health: health.containers, now, before)
    pages, all_older = recent.total(), older.total()
    if pages < _WINDOW // 2 or all_older < _FEWEST_LATELY:
        return
    usual = {place for place, count in older.items() if count >= _USUAL_SHARE * all_older}
    elsewhere = Counter({place: count for place, count in recent.items() if place not in usual})
    usual_rate = 1 - sum(older[place] for place in usual) / all_older
    count = elsewhere.total()
    if count >= _REBUILT_SHARE * pages and so_many(count, pages, min(1.5 * usual_rate + 0.05, 0.95)) < TOO_UNLIKELY:
        new, old = elsewhere.most_common(1)[0][0], older.most_common(1)[0][0]
        yield Finding(
            "layout",
            f"the site looks rebuilt: {count} of the last {pages} articles had their text in places not seen before"
            f" ({new}), where it stood in {old}.",
        )


def _new_kinds(now: Health, before: Sequence[Health]) -> Iterator[Finding]:
    recent, older = _recent_and_older(lambda health: health.kinds, now, before)
    pages, all_older = recent.total(), older.total()
    if pages < _WINDOW // 2 or all_older < _FEWEST_LATELY:
        return
    for kind, count in recent.items():
        expected_share = min(1.5 * older[kind] / all_older + 0.03, 0.95)
        if (
            kind not in _NORMAL_KINDS
            and count >= _NEW_KIND_SHARE * pages
            and so_many(count, pages, expected_share) < TOO_UNLIKELY
        ):
            description = _KINDS.get(kind, f"are of a kind that hardly occurred ({kind})")
            yield Finding(f"kind:{kind}", f"{count} of the last {pages} pages {description}; hardly any did before.")


def _recent_and_older(
    measure: Callable[[Health], Counter[str]], now: Health, before: Sequence[Health]
) -> tuple[Counter[str], Counter[str]]:
    """The counts of the last pages, at least those of this run, and of the pages before them."""
    recent: Counter[str] = Counter(measure(now))
    older: Counter[str] = Counter()
    for health in before:
        if health.at < now.at - _LONGEST:
            break
        near = recent.total() < _WINDOW and not older and health.at >= now.at - _OLDEST
        (recent if near else older).update(measure(health))
    return recent, older
