"""How outlets stand: states, rhythms, days without a crawl, and the pages that tell it."""

from __future__ import annotations

import re
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlite_utils import Database

from archive import Outlet, Run, finish_run, ingest, open_archive, start_run
from archive.console import duration, every, rendered, size
from archive.frontier.schedule import HostState, note_hosts
from archive.model import clock
from archive.monitor.outlet_states import Exit, Expected, OutletStatus, Status, by_day, rhythm, status
from archive.queries.outlets_followed import CertaintyCounts, DueCounts, RunFacts, runs_of, warn
from archive.queries.tabular import Selection, rows
from archive.storage.unread_captures import ExtractorProgress, TimeSpan
from crawler.cli.status import page as page_of
from crawler.cli.status import sparkline, text_lines, write
from tests.chromium import CHROMIUM_PATH, needs_chromium
from tests.support import PAPER, page, shoot

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)  # 19:00 in Hà Nội
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
OTHER = Outlet("baokhac", "Báo <Khác> & Đồng", "https://khac.example/", ("khac.example",))


def put(
    db: Database,
    ago: timedelta,
    outcome: str = "ok",
    outlet: Outlet = PAPER,
    reason: str | None = None,
    warnings: tuple[str, ...] = (),
    health: Mapping[str, Any] | None = None,
    **stats: int,
) -> None:
    """A run that began so long ago and took three minutes; `running` ones never ended."""
    moment = NOW - ago
    run = start_run(db, outlet, {}, moment)
    if outcome != "running":
        finish_run(
            db,
            run,
            outcome=outcome,
            reason=reason,
            stats=stats,
            moment=moment + timedelta(minutes=3),
            warnings=warnings,
            health=health or {},
        )


def of(db: Database, **known: Any) -> Status:
    return status(db, "bao.db", 1_234_567, NOW, **known)


def only(db: Database, **known: Any) -> OutletStatus:
    (outlet,) = of(db, **known).outlets
    return outlet


# States


def test_all_is_well(db: Database) -> None:
    for hours in range(10, 0, -1):
        put(db, hours * HOUR, captures=20, new=2)
    outlet = only(db)
    assert (outlet.state, outlet.attention) == ("ok", ())
    assert of(db).exit == Exit.OK
    assert outlet.last is not None
    assert outlet.last.started_at == NOW - HOUR


def test_the_last_run_did_not_succeed(db: Database) -> None:
    put(db, 2 * HOUR)
    put(db, HOUR, "partly-failed", reason="5 of 20 requests failed", warnings=("a feed is dead.",))
    assert (only(db).state, only(db).attention) == ("failing", ("5 of 20 requests failed", "a feed is dead."))
    assert of(db).exit == Exit.FAILING


def test_something_is_not_as_usual(db: Database) -> None:
    put(db, HOUR, warnings=("a feed is dead.",))
    assert (only(db).state, only(db).attention) == ("warnings", ("a feed is dead.",))
    assert of(db).exit == Exit.WARNINGS


def test_a_mended_run_is_well_again(db: Database) -> None:
    put(db, 2 * HOUR, "failed", reason="no space left")
    put(db, HOUR)
    assert only(db).state == "ok"


def test_the_worst_outlet_speaks_for_all(db: Database) -> None:
    put(db, HOUR, warnings=("a feed is dead.",))
    assert of(db).exit == Exit.WARNINGS
    put(db, HOUR, "nothing-found", OTHER, reason="No page answered")
    assert of(db).exit == Exit.FAILING
    assert [outlet.name for outlet in of(db).outlets] == ["bao", "baokhac"]


def test_silence_is_a_failure_too(db: Database) -> None:
    for hours in range(40, 5, -1):
        put(db, hours * HOUR)
    outlet = only(db)
    assert outlet.state == "overdue"
    assert outlet.attention == ("no run for 6 hours, where there is one every hour: is cron running, and the machine?",)
    assert of(db).exit == Exit.WARNINGS
    assert only(db, running=["bao"]).state == "ok"


def test_a_run_that_is_under_way(db: Database) -> None:
    put(db, 2 * HOUR)
    put(db, HOUR, "running")
    outlet = only(db, running=["bao"])
    assert (outlet.state, outlet.running_since) == ("ok", NOW - HOUR)
    assert outlet.last is not None
    assert outlet.last.started_at == NOW - 2 * HOUR


def test_a_run_that_was_killed_is_told(db: Database) -> None:
    put(db, 2 * HOUR)
    put(db, HOUR, "running")
    outlet = only(db)
    assert outlet.state == "warnings"
    assert outlet.attention[0].startswith("the run of 2026-05-20 18:00 was killed, or its machine lost power")
    put(db, timedelta(minutes=5))  # the next one records it as interrupted, and all is well
    assert only(db).state == "ok"
    assert [run.outcome for run in only(db).runs] == ["ok", "interrupted", "ok"]


def test_runs_that_never_get_to_their_end_are_told(db: Database) -> None:
    for hours, outcome in ((5, "ok"), (4, "interrupted"), (3, "interrupted"), (2, "ok"), (1, "interrupted")):
        put(db, hours * HOUR, outcome)
    assert only(db).attention == ("3 of the last 5 runs were interrupted before they finished",)


def test_an_outlet_that_is_expected_and_never_came(db: Database) -> None:
    put(db, HOUR)
    found = of(db, expected={"bao": Expected("Báo Thử"), "baomoi": Expected("Báo Mới")})
    assert [(outlet.name, outlet.state) for outlet in found.outlets] == [("bao", "ok"), ("baomoi", "never crawled")]
    assert found.exit == Exit.WARNINGS


def test_an_outlet_that_was_given_up_is_not_missed(db: Database) -> None:
    for days in range(30, 20, -1):
        put(db, days * DAY, "partly-failed", reason="the paper is gone")
    found = of(db, given_up=["bao", "baomoi"], expected={"baomoi": Expected("Báo Mới")})
    assert [(outlet.state, outlet.attention) for outlet in found.outlets] == [("given up", ())]
    assert found.exit == Exit.OK


def test_an_outlet_whose_runs_are_all_long_past(db: Database) -> None:
    put(db, 200 * DAY)
    assert only(db).attention == ("no run for 92 days",)


# Rhythm


def begun(*hours: float) -> list[datetime]:
    return [NOW + hour * HOUR for hour in hours]


def test_few_runs_have_no_rhythm() -> None:
    assert rhythm(begun(0, 1, 2)) is None
    assert rhythm([]) is None


def test_an_hourly_crawl_is_missed_within_hours() -> None:
    found = rhythm(begun(*range(50)))
    assert found is not None
    assert (found.usual, found.due) == (HOUR, NOW + (49 + 2 + 0.5) * HOUR)


def test_a_crawl_that_sleeps_by_day_is_not_missed_by_day() -> None:
    nights = [24 * day + hour for day in range(7) for hour in range(8)]
    found = rhythm(begun(*nights))
    assert found is not None
    assert found.usual == HOUR
    last = NOW + (24 * 6 + 7) * HOUR
    assert last + 17 * HOUR < found.due < last + 30 * HOUR


def test_one_time_that_the_machine_was_off_makes_no_rhythm() -> None:
    found = rhythm(begun(*range(30), *range(200, 230)))
    assert found is not None
    assert found.due < NOW + 232 * HOUR


# Days


def facts(moment: datetime, outcome: str = "ok", health: Mapping[str, Any] | None = None, **stats: int) -> RunFacts:
    return RunFacts(1, moment, moment, outcome, None, (), stats, health or {})


def test_days_are_the_paper_s_own() -> None:
    late = datetime(2026, 5, 19, 16, 59, tzinfo=UTC)  # 23:59 in Hà Nội
    days = by_day([facts(late, new=3), facts(late + timedelta(minutes=2), new=4)], ZoneInfo("Asia/Ho_Chi_Minh"), NOW, 3)
    assert [(f"{day.date}", day.count("new")) for day in days] == [
        ("2026-05-18", None),
        ("2026-05-19", 3),
        ("2026-05-20", 4),
    ]


def test_a_day_on_which_nobody_reached_the_paper_is_a_gap() -> None:
    runs = [facts(NOW - 2 * DAY, "nothing-found"), facts(NOW - DAY, "failed"), facts(NOW, new=0)]
    days = by_day(runs, ZoneInfo("UTC"), NOW, 4)
    assert [day.count("new") for day in days] == [None, None, None, 0]
    assert [day.troubles for day in days] == [0, 1, 1, 0]


def test_shares_of_a_day_are_of_all_its_runs() -> None:
    runs = [facts(NOW, health={"shares": {"lead": [9, 10]}}), facts(NOW, health={"shares": {"lead": [1, 10]}})]
    (day,) = by_day(runs, ZoneInfo("UTC"), NOW, 1)
    assert (day.share("lead"), day.share("caption")) == (0.5, None)


def test_bars_tell_nothing_from_nobody_looked() -> None:
    assert sparkline([0, None, 8, 4, 1]) == "▁·█▅▂"
    assert sparkline([None, None]) == "··"
    assert sparkline([0, 0]) == "▁▁"
    assert sparkline([0.0, 1.0, 0.5], top=1.0) == "▁█▅"


@pytest.mark.parametrize(
    ("span", "told"),
    [(timedelta(), "0 seconds"), (timedelta(seconds=1), "1 second"), (timedelta(minutes=57), "1 hour"), (timedelta(hours=25), "1 day"),
     (timedelta(days=3, hours=2), "3 days"), (timedelta(seconds=-5), "0 seconds")],
)  # fmt: skip
def test_spans(span: timedelta, told: str) -> None:
    assert duration(span) == told


def test_how_often() -> None:
    assert (every(DAY), every(6 * HOUR)) == ("every day", "every 6 hours")


def test_sizes() -> None:
    assert [size(count) for count in (0, 999, 1_500, 123_456_789, 9_876_543_210)] == [
        "0 bytes",
        "999 bytes",
        "1.5 kB",
        "123 MB",
        "9.9 GB",
    ]


# What the store says


def test_a_warning_can_come_after_the_seal(db: Database) -> None:
    run = start_run(db, PAPER, {}, NOW)
    finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOW, warnings=("một",))
    warn(db, run.id, "ping_url did not answer")
    (kept,) = runs_of(db, run.outlet_id, NOW)
    assert kept.warnings == ("một", "ping_url did not answer")
    with pytest.raises(Exception, match="the run is sealed"):
        db.execute("UPDATE runs SET outcome = 'failed' WHERE id = ?", [run.id])


def test_articles_that_are_likelier_read_wrongly_are_counted(db: Database, run: Run) -> None:
    for number in range(3):
        address = f"https://bao.example/{number}.htm"
        ingest(db, run, shoot(address, page(f"Bài số {number} về cây cầu"), hours=number))
    put(db, HOUR)
    assert only(db).certain.measured == 3
    db.execute("DROP TRIGGER texts_update_refused")
    for number, likelihood in enumerate((0.2, 0.5, 0.9), 1):
        change = "UPDATE texts SET details = json_set(details, '$.confidence.reading', ?) WHERE id = ?"
        db.execute(change, [likelihood, number])
    assert only(db).certain == CertaintyCounts(measured=3, uncertain=1)
    told = "\n".join(text_lines(of(db)))
    assert "uncertain  1 of the newest 3 articles are likelier read wrongly" in told
    assert "1 of the newest 3 articles" in page_of(of(db))
    assert [row["confidence"] for row in rows(db, Selection())] == [0.2, 0.5, 0.9]
    assert ExtractorProgress(db, "a new one").keys(run, TimeSpan())[0] == "bao.example/0.htm"


def test_what_waits_and_what_is_held(db: Database) -> None:
    put(db, HOUR)
    (outlet_id,) = db.execute("SELECT id FROM outlets").fetchone()
    seed, never, listing, known = range(4)  # the ranks of m005_crawl
    for number, (ago, rank) in enumerate(
        [(1, never), (1, never), (1, known), (-1, known), (1, listing), (1, seed), (-9, listing)]
    ):
        db.execute(
            "INSERT INTO frontier (outlet_id, url_key, url, found_at, due_at, rank) VALUES (?, ?, 'u', 'f', ?, ?)",
            [outlet_id, f"k{number}", clock.stamp(NOW - ago * HOUR), rank],
        )
    assert only(db).waiting == DueCounts(never_asked=2, known=1, lists=2)


def test_it_reads_while_a_crawl_writes(path: Path) -> None:
    with open_archive(path, create=True) as writing:
        put(writing, HOUR)
        writing.execute("BEGIN IMMEDIATE")
        writing.execute("UPDATE outlets SET title = 'x'")
        with open_archive(path) as reading:
            assert only(reading).title == "Báo Thử"


# As text


def told(found: Status) -> list[str]:
    return [re.sub(r"\x1b\[[0-9;]*m", "", rendered(line)) for line in text_lines(found)]


@pytest.fixture
def lively(db: Database) -> Database:
    """Twenty days of crawls, two of them missing, leads gone at the end."""
    for days in range(20, 0, -1):
        if days not in (7, 8):
            put(db, days * DAY, captures=120, new=30 + days, edited=3, disappeared=days == 2,
                health={"shares": {"lead": [0 if days < 3 else 30, 31], "readable": [30, 31]}})  # fmt: skip
    put(db, HOUR, "partly-failed", reason="none of the last 40 articles have a lead, where usually 97% have one. Has the paper changed its layout?",
        warnings=("https://bao.example/rss has not answered since 2026-05-01 (gone).",), captures=9, new=1)  # fmt: skip
    put(db, HOUR, "ok", OTHER, captures=1)
    return db


def test_the_page_fits_eighty_columns(lively: Database) -> None:
    assert [line for line in told(of(lively)) if len(line) > 80] == []


def test_the_page_tells_it_at_a_glance(lively: Database) -> None:
    lines = told(of(lively))
    assert lines[0].split() == ["bao.db", "1.2", "MB", "2026-05-20", "19:00"]
    assert lines[2] == "bao  Báo Thử" + " " * 61 + "failing"
    assert lines[3:5] == [
        "  ! none of the last 40 articles have a lead, where usually 97% have one. Has",
        "    the paper changed its layout?",
    ]
    new = next(line for line in lines if line.startswith("  new"))
    assert new[13:43].count("·") == 9 + 2  # before the first crawl, and while nobody crawled
    assert new[13:43].index("█") == 9
    assert "0 articles, 0 edited, 0 gone" in "\n".join(lines)


def test_hosts_that_are_left_alone_are_told(db: Database) -> None:
    put(db, HOUR)
    note_hosts(
        db,
        [
            HostState("bao.example", 6, NOW + 2 * HOUR, "answered 503 six times"),
            HostState("anh.example", 1, NOW - HOUR, "x"),
        ],
        NOW,
    )
    assert told(of(db))[-1] == "no requests to bao.example until 2026-05-20 21:00: answered 503 six times"
    assert "no requests to bao.example until 2026-05-20 21:00: answered 503 six times" in page_of(of(db))
    assert "anh.example" not in page_of(of(db))


def test_an_empty_archive_says_what_to_do(db: Database) -> None:
    assert told(of(db))[-1] == "no outlet was ever crawled into this archive: `luubao outlets` lists those there are"


# As one page of HTML


class Outline(HTMLParser):
    """Which elements there are, whether they are closed in order, and what they ask for."""

    void = frozenset({"meta", "br", "img", "path", "rect", "circle", "polyline"})

    def __init__(self, markup: str):
        super().__init__()
        self.open: list[str] = []
        self.tags: list[str] = []
        self.asked: list[str] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.asked += [
            value or "" for name, value in attributes if name in ("src", "href", "xlink:href", "action", "data")
        ]
        if tag not in self.void:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if tag not in self.void:
            assert self.open.pop() == tag


def test_the_page_is_whole_and_asks_for_nothing(lively: Database) -> None:
    markup = page_of(of(lively))
    outline = Outline(markup)
    assert outline.open == []
    assert outline.asked == []
    assert not {"script", "link", "img", "iframe", "object", "form"} & set(outline.tags)
    assert "@import" not in markup
    assert markup.count("url(") == markup.count("url(#hatching)")


def test_names_are_shown_and_not_obeyed(lively: Database) -> None:
    assert "Báo &lt;Khác&gt; &amp; Đồng" in page_of(of(lively))


def test_days_without_a_crawl_are_hatched(lively: Database) -> None:
    markup = page_of(of(lively, length=20))
    (bars,) = re.findall(r"<figure><figcaption>new articles.*?</figure>", markup.split("</section>")[0], re.DOTALL)
    assert re.findall(r'class="gap"[^>]*><title>(.*?)</title>', bars) == [
        "Tue 2026-05-12: not crawled",
        "Wed 2026-05-13: not crawled",
    ]
    assert bars.count('class="bar"') == 18
    assert "<title>Tue 2026-05-19: 31 new articles</title>" in bars


def test_a_page_is_written_whole_and_may_be_served(lively: Database, tmp_path: Path) -> None:
    file = tmp_path / "luubao.html"
    file.write_text("the page before")
    write(of(lively), file)
    assert file.read_text("utf-8").endswith("</html>\n")
    assert oct(file.stat().st_mode & 0o777) == "0o644"
    assert list(tmp_path.glob(".*.part")) == []


CHROMIUM = [CHROMIUM_PATH or "", "--headless", "--no-sandbox", "--disable-gpu", "--virtual-time-budget=2000"]


def browse(*arguments: str, folder: Path) -> str:
    command = [*CHROMIUM, f"--user-data-dir={folder / 'profile'}", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=True, timeout=600).stdout


@contextmanager
def serving(folder: Path) -> Iterator[tuple[str, list[str]]]:
    """A folder as a web server shows it, and what it was asked for."""
    asked: list[str] = []

    class Handler(SimpleHTTPRequestHandler):
        def __init__(self, *arguments: Any, **options: Any):
            super().__init__(*arguments, directory=str(folder), **options)

        def log_message(self, format: str, *arguments: Any) -> None:
            asked.append(self.path)

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", asked
        server.shutdown()


@pytest.fixture
def file(lively: Database, tmp_path: Path) -> Iterator[Path]:
    write(of(lively), tmp_path / "status.html")
    yield tmp_path / "status.html"


@needs_chromium
def test_a_browser_shows_vietnamese_and_plots(file: Path, tmp_path: Path) -> None:
    with serving(file.parent) as (address, asked):
        shown = browse("--dump-dom", f"{address}/status.html", folder=tmp_path)
    assert '<span lang="">Báo &lt;Khác&gt; &amp; Đồng</span>' in shown
    assert shown.count("<svg") >= 5
    assert "/status.html" in asked
    assert set(asked) <= {"/status.html", "/favicon.ico"}


@needs_chromium
def test_it_prints(file: Path, tmp_path: Path) -> None:
    browse(f"--print-to-pdf={tmp_path / 'status.pdf'}", "--no-pdf-header-footer", file.as_uri(), folder=tmp_path)
    data = (tmp_path / "status.pdf").read_bytes()
    assert data.startswith(b"%PDF")
    assert 1 <= len(re.findall(rb"/Type\s*/Page\b", data)) <= 3
