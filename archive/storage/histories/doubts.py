"""Doubts: pages that are not trusted, above all when many articles of an outlet changed or disappeared at once (an
upheaval).

Runs have other numbers in every archive, and an import run brings captures of many years. So edits, and apart from them
disappearances, are grouped by time, with no more than `_PAUSE` between them. A group is an upheaval if all known
articles that were fetched meanwhile, and did not disappear, were edited, or nearly all that were fetched about then; or
if one in five of these, and at least three, disappeared. Either says nothing about the other: an edit beside an outage
is one. A paper of one or two articles may lose these in earnest: then no other page was fetched, or one answers, such
as the home page. A redirect that ended an article stays a disappearance of its group after that was taken back; the
article's addresses that did not answer then are none of it. An address that is known to be an article's only later is
no article that disappeared, nor is one that was gone a visit before: addresses that a relaunched site left behind are
asked again for years."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Literal

from sqlite_utils import Database

from archive.history.picture_changes import VISIT
from archive.model import clock
from archive.model.records import Run
from archive.storage.schema_views import CORRECTED_TIME

_FEWEST_FETCHED = 10  # known articles that were fetched
_FEWEST_GONE = 3  # known articles: edits of so few are an editor's day; or so few are all
_UPHEAVAL_SHARE, _STRETCH_SHARE = 0.8, 0.95  # of those fetched about then; of a stretch that begins and ends with one
_GONE_SHARE = 0.2  # the next look tells an outage of a part of a site from a section that was closed
_PAUSE = timedelta(minutes=20)
_AROUND = f"{int(_PAUSE.total_seconds())} seconds"
_LONG_AGO = f"-{int(VISIT.total_seconds())} seconds"
_MAX_ID = 2**63 - 1

_CHANGED = f"""
SELECT {CORRECTED_TIME}, url_key, words IS NULL FROM captures JOIN runs ON runs.id = run_id JOIN readings ON
capture_id = captures.id WHERE (words IS NOT NULL OR doubt IS NOT NULL) AND captures.outlet_id = ?1
UNION SELECT {CORRECTED_TIME}, url_key, 1 FROM captures JOIN runs ON runs.id = run_id
  WHERE captures.outcome = 'gone' AND captures.outlet_id = ?1
  AND EXISTS (SELECT 1 FROM aliases WHERE aliases.outlet_id = ?1 AND aliases.url_key = captures.url_key
    AND since < {CORRECTED_TIME})
  AND coalesce((SELECT former.outcome FROM captures AS former INDEXED BY captures_time WHERE former.outlet_id = ?1
    AND former.url_key = captures.url_key AND former.outcome <> 'error'
    AND former.captured_at < strftime('%Y-%m-%dT%H:%M:%SZ', captures.captured_at, '{_LONG_AGO}')
    ORDER BY former.captured_at DESC LIMIT 1), '') <> 'gone'
UNION SELECT {CORRECTED_TIME}, url_key, 1
  FROM at_once CROSS JOIN captures USING (outlet_id) JOIN runs ON runs.id = run_id
  WHERE captures.outcome = 'redirect' AND at_once.kind = 'gone' AND captures.outlet_id = ?1
  AND {CORRECTED_TIME} BETWEEN began_at AND ended_at
  AND EXISTS (SELECT 1 FROM aliases WHERE aliases.outlet_id = ?1 AND aliases.url_key = captures.url_key
    AND since < {CORRECTED_TIME})
UNION SELECT gone_at, aliases.url_key, 1 FROM tombstones JOIN articles ON articles.id = tombstones.article_id
  JOIN aliases ON aliases.article_id = articles.id AND since < gone_at
  WHERE articles.outlet_id = ?1 AND withdrawn_at IS NULL AND EXISTS (
    SELECT 1 FROM captures JOIN runs ON runs.id = run_id WHERE captures.outlet_id = ?1
    AND captures.url_key = aliases.url_key AND captures.outcome <> 'error' AND {CORRECTED_TIME} BETWEEN
    strftime('%Y-%m-%dT%H:%M:%SZ', gone_at, '-{_AROUND}') AND strftime('%Y-%m-%dT%H:%M:%SZ', gone_at, '{_AROUND}'))
ORDER BY 1, 2
"""
_CHANGED_IN = """
SELECT count(*), count(*) FILTER (WHERE outcome = 'gone' OR kind IN ('soft-404', 'home')) + (
  SELECT count(*) FROM runs JOIN articles USING (outlet_id) JOIN tombstones ON article_id = articles.id
  WHERE runs.id = ?1 AND gone_at >= started_at AND tombstones.reason LIKE 'redirected to %')
FROM captures LEFT JOIN readings ON readings.capture_id = captures.id WHERE run_id = ?1
  AND (outcome = 'gone' OR words IS NOT NULL OR doubt IS NOT NULL OR kind IN ('soft-404', 'home'))
"""
_LIVING = f"SELECT 1 FROM articles WHERE outlet_id = ? AND gone_since IS NULL LIMIT {_FEWEST_GONE}"
_KNOWN = """
articles.outlet_id = :outlet AND withdrawn_at IS NULL AND first_seen_at < :began AND NOT EXISTS (
  SELECT 1 FROM tombstones WHERE tombstones.article_id = articles.id AND gone_at < :began
  AND (returned_at IS NULL OR returned_at >= :began))
"""
_ARTICLES_AT = f"""
SELECT articles.id FROM aliases JOIN articles ON articles.id = aliases.article_id
WHERE aliases.outlet_id = :outlet AND aliases.url_key = :key AND {_KNOWN}
"""
_FETCHED_COUNT = f"""
SELECT count(*) FROM (SELECT id FROM articles WHERE {_KNOWN} AND id BETWEEN :first AND :last AND EXISTS (
  SELECT 1 FROM aliases CROSS JOIN captures INDEXED BY captures_time USING (outlet_id, url_key)
  WHERE aliases.article_id = articles.id AND captured_at BETWEEN :since AND :until AND outcome <> 'error')
  ORDER BY id DESC LIMIT :most)
"""
_FETCHED = """
SELECT captures.url_key,
  captures.outcome IN ('fresh', 'revisit', 'not-modified') AND coalesce(kind, '') <> 'soft-404' AS answered
FROM captures INDEXED BY captures_time LEFT JOIN readings ON readings.capture_id = captures.id
WHERE captures.outlet_id = :outlet AND captured_at BETWEEN :since AND :until
"""


Kind = Literal["changed", "gone"]
Upheaval = tuple[str, str, Kind]
"""Began and ended, as clock.stamp writes times, and whether articles were edited or disappeared."""


@dataclass(slots=True)
class _Changes:
    """A group of changes of one kind. began, ended: times as clock.stamp writes them; keys: the addresses that
    changed."""

    kind: Kind
    began: str
    ended: str
    keys: set[str] = field(default_factory=set)


def judge_changes(db: Database, run: Run, *, whole: bool) -> set[str]:
    """Records upheavals, when nearly all known articles changed or many disappeared at once: an outage or a new layout;
    the next crawl shows which. Returns the addresses in spans whose verdict changed. whole: judges in any case, not
    only if the run brought enough changes. Call inside a transaction."""
    changed, gone = db.execute(_CHANGED_IN, [run.id]).fetchone()
    few = changed < _FEWEST_FETCHED * _UPHEAVAL_SHARE and gone < _FEWEST_GONE
    if few and not whole and len(db.execute(_LIVING, [run.outlet_id]).fetchall()) == _FEWEST_GONE:
        return set()
    recorded = set(upheavals(db, run.outlet_id))
    rows = db.execute(_CHANGED, [run.outlet_id]).fetchall()
    lost = _grouped("gone", rows)
    groups = {(group.began, group.ended, group.kind): group for group in (*_grouped("changed", rows), *lost)}
    found = {span for span, group in groups.items() if _is_upheaval(db, run.outlet_id, group, lost)}
    for began, _, kind in recorded - found:
        db.execute(
            "DELETE FROM at_once WHERE outlet_id = ? AND began_at = ? AND kind = ?", [run.outlet_id, began, kind]
        )
    for began, ended, kind in sorted(found - recorded):
        db.execute(
            "INSERT INTO at_once (outlet_id, began_at, ended_at, kind) VALUES (?, ?, ?, ?)",
            [run.outlet_id, began, ended, kind],
        )
    differing = recorded ^ found
    return {
        key for (first, last, kind), group in groups.items() for key in group.keys
        if any(kind == other and began <= last and first <= ended for began, ended, other in differing)
    }  # fmt: skip


def _grouped(kind: Kind, rows: Iterable[tuple[str, str, int]]) -> list[_Changes]:
    groups: list[_Changes] = []
    for stamp, key, gone in rows:
        moment = clock.read(stamp) if bool(gone) is (kind == "gone") else None
        if moment is None:  # of another kind, or damaged: `luubao verify` reports it
            continue
        if not groups or moment > clock.parse(groups[-1].ended) + _PAUSE:
            groups.append(_Changes(kind, stamp, stamp))
        groups[-1].ended = stamp
        groups[-1].keys.add(key)
    return groups


def _is_upheaval(db: Database, outlet_id: int, changes: _Changes, lost: Iterable[_Changes]) -> bool:
    """Whether nearly all known articles fetched meanwhile changed, but for those that were lost, or many that were
    fetched about then disappeared."""
    began, ended = changes.began, changes.ended
    span: dict[str, object] = {"outlet": outlet_id, "began": began, "since": began, "until": ended}
    first, last = clock.parse(began) - _PAUSE, clock.parse(ended) + _PAUSE
    about = {**span, "since": clock.stamp(first), "until": clock.stamp(last)}
    if changes.kind == "changed":
        gone = {key for group in lost if group.began <= ended and began <= group.ended for key in group.keys}
        return any(
            _are_most(db, times, changes.keys, _FEWEST_FETCHED, share, gone)
            for times, share in ((span, _STRETCH_SHARE), (about, _UPHEAVAL_SHARE))
        )
    if _is_silent(db, about, changes.keys):
        return _are_most(db, about, changes.keys, 1, _UPHEAVAL_SHARE)
    return len(changes.keys) >= _FEWEST_GONE and _are_most(db, about, changes.keys, _FEWEST_GONE, _GONE_SHARE)


def _is_silent(db: Database, span: dict[str, object], gone: set[str]) -> bool:
    """Whether an outlet had but few known articles, and other pages than those that disappeared were fetched, and none
    answered. (Another web archive may have a page's end and nothing else of that hour.)"""
    known = db.execute(f"SELECT 1 FROM articles WHERE {_KNOWN} LIMIT {_FEWEST_GONE}", span).fetchall()
    if not gone or len(known) >= _FEWEST_GONE:  # else each group of a large archive would be looked at whole
        return False
    others = [answered for key, answered in db.execute(_FETCHED, span).fetchall() if key not in gone]
    return bool(others) and not any(others)


def _are_most(
    db: Database, span: dict[str, object], keys: set[str], fewest: int, share: float, without: Iterable[str] = ()
) -> bool:
    """Whether the articles at these addresses are such a share of all that were fetched, and those at least so many.
    without: addresses of articles that do not count."""
    if len(keys) < fewest * share:
        return False
    left_out = _articles_at(db, span, without)
    articles = _articles_at(db, span, keys) - left_out
    most = int(len(articles) / share) + 1 + len(left_out)
    if not articles or most < fewest:
        return False
    fetched = _fetched_count(db, span, most, 0, max(articles))  # higher ids were seldom known by then
    fetched += _fetched_count(db, span, most, max(articles) + 1, _MAX_ID) if fetched < most else 0
    fetched -= len(left_out)
    return fetched >= fewest and len(articles) >= share * fetched


def _articles_at(db: Database, span: dict[str, object], keys: Iterable[str]) -> set[int]:
    return {row[0] for key in keys for row in db.execute(_ARTICLES_AT, {**span, "key": key}).fetchall()}


def _fetched_count(db: Database, span: dict[str, object], most: int, first: int, last: int) -> int:
    """How many known articles with ids from `first` to `last` were fetched; counts up to `most`."""
    row = db.execute(_FETCHED_COUNT, {**span, "most": most, "first": first, "last": last}).fetchone()
    return int(row[0])


def upheavals(db: Database, outlet_id: int) -> list[Upheaval]:
    """The upheavals of an outlet."""
    return db.execute("SELECT began_at, ended_at, kind FROM at_once WHERE outlet_id = ?", [outlet_id]).fetchall()


_FIRST_DOUBTED = """
SELECT url_key, captured_at FROM captures JOIN readings ON capture_id = captures.id
WHERE run_id = ?1 AND doubt IS NOT NULL AND NOT EXISTS (
  SELECT 1 FROM captures AS former JOIN readings ON readings.capture_id = former.id
  WHERE former.outlet_id = captures.outlet_id AND former.url_key = captures.url_key AND former.run_id <> ?1
  AND readings.doubt IS NOT NULL)
UNION ALL SELECT url_key, captured_at FROM captures JOIN articles USING (outlet_id, url_key)
WHERE run_id = ?1 AND outcome IN ('gone', 'redirect') AND gone_since IS NULL AND NOT EXISTS (
  SELECT 1 FROM captures AS former WHERE former.outlet_id = captures.outlet_id
  AND former.url_key = captures.url_key AND former.run_id <> ?1 AND former.outcome = captures.outcome)
"""


def recheck_doubted(db: Database, run: Run) -> None:
    """Makes pages that were doubted for the first time, and articles that did not answer and are not told as gone yet,
    due as soon as another look can settle it. Call inside a transaction."""
    for key, stamp in db.execute(_FIRST_DOUBTED, [run.id]).fetchall():
        due = clock.stamp(clock.parse(stamp) + VISIT + _PAUSE)
        db.execute(
            "UPDATE frontier SET due_at = ?1 WHERE outlet_id = ?2 AND url_key = ?3 AND due_at > ?1",
            [due, run.outlet_id, key],
        )


def doubts_of(db: Database, run: Run) -> list[tuple[str, int]]:
    """The doubts about a run's pages: reason and number of pages, most frequent first."""
    rows = db.execute(
        "SELECT doubt, count(DISTINCT capture_id) FROM readings JOIN captures ON captures.id = readings.capture_id"
        " WHERE run_id = ? AND doubt IS NOT NULL GROUP BY doubt ORDER BY 2 DESC, 1",
        [run.id],
    )
    return [(str(reason), int(count)) for reason, count in rows.fetchall()]


def opened_by(db: Database, run: Run) -> tuple[int, int]:
    """How many first versions a run's pages opened, and how many later ones (edits)."""
    row = db.execute(
        "SELECT count(*) FILTER (WHERE number = 1), count(*) FILTER (WHERE number > 1)"
        " FROM versions JOIN captures ON captures.id = capture_id WHERE run_id = ? AND words_of IS NULL",
        [run.id],
    ).fetchone()
    return int(row[0]), int(row[1])


def waiting_doubts(db: Database, outlet_id: int) -> int:
    """How many addresses of an outlet have a doubted page as their last response."""
    row = db.execute(
        "SELECT count(*) FROM (SELECT captures.url_key, max(captures.captured_at) AS at FROM readings"
        " JOIN captures ON captures.id = readings.capture_id WHERE doubt IS NOT NULL AND outlet_id = ?1"
        " GROUP BY captures.url_key) AS last WHERE NOT EXISTS (SELECT 1 FROM captures WHERE outlet_id = ?1"
        " AND captures.url_key = last.url_key AND captured_at > last.at AND outcome NOT IN ('error'))",
        [outlet_id],
    ).fetchone()
    return int(row[0])
