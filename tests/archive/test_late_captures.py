"""Whatever the order in which captures arrive, an article's versions are those of their order in time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, given
from hypothesis import strategies as st
from PIL import Image
from sqlite_utils import Database

from archive import Capture, Run, ingest, open_archive, start_run
from archive.exchange.importers.import_items import Image as Fetched
from archive.exchange.importers.import_items import take_picture
from archive.model.digests import digest_of
from archive.pipeline.history_filing import judge_run
from archive.pipeline.ingest import read_pending
from archive.pipeline.merging import Arrivals
from archive.pipeline.verification import verify
from archive.queries import article_search
from archive.storage import run_rows, version_texts
from tests.archive_contents import told
from tests.support import NOON, PAPER, Shoot, examples, new_archive, page

SITE = "https://bao.example"


def arrive(db: Database, run: Run, captures: Iterable[Capture]) -> Arrivals:
    arrivals = Arrivals(db, run, version_texts.boilerplate_of(db, run.outlet_id))
    for capture in captures:
        arrivals.arrive(capture, None)
    return arrivals


def sound(db: Database) -> None:
    assert [(one.where, one.what) for one in verify(db)] == []
    assert db.execute("SELECT count(*) FROM unsettled").fetchone() == (0,)


def versions(db: Database) -> list[tuple[Any, ...]]:
    return db.execute("SELECT number, headline, first_seen_at, id FROM versions ORDER BY article_id, number").fetchall()


def test_an_older_state_comes_in_front_and_the_known_version_keeps_its_id_and_digest(
    db: Database, run: Run, shoot: Shoot
) -> None:
    ingest(db, run, shoot(body=page("Tin ba")))
    ingest(db, run, shoot(body=page("Tin bốn"), hours=1))
    before = {row[3]: row for row in versions(db)}
    digests = dict(db.execute("SELECT id, digest FROM versions").fetchall())
    run_rows.finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON + timedelta(hours=2))
    late = start_run(db, PAPER, {}, NOON + timedelta(days=1))
    arrive(db, late, [shoot(body=page("Tin một"), hours=-48), shoot(body=page("Tin ba"), hours=-24)]).file_pending()
    assert [row[:3] for row in versions(db)] == [
        (1, "Tin một", "2026-05-18T12:00:00Z"),
        (2, "Tin ba", "2026-05-19T12:00:00Z"),
        (3, "Tin bốn", "2026-05-20T13:00:00Z"),
    ]
    ids = {headline: number for _, headline, _, number in versions(db)}
    assert before[ids["Tin ba"]][1] == "Tin ba" and before[ids["Tin bốn"]][1] == "Tin bốn"
    assert {
        number: digest for number, digest in db.execute("SELECT id, digest FROM versions") if number in digests
    } == digests
    assert db.execute(
        "SELECT old_number, new_number, old_first_seen_at, new_first_seen_at FROM renumberings"
    ).fetchall() == [
        (1, 2, "2026-05-20T12:00:00Z", "2026-05-19T12:00:00Z"),
        (2, 3, "2026-05-20T13:00:00Z", "2026-05-20T13:00:00Z"),
    ]
    sound(db)


def test_what_was_one_version_becomes_three_when_something_else_stood_between(
    db: Database, run: Run, shoot: Shoot
) -> None:
    ingest(db, run, shoot(body=page("Tin A")))
    ingest(db, run, shoot(body=page("Tin A"), hours=48))  # the same bytes: a revisit
    arrive(db, run, [shoot(body=page("Tin B"), hours=24)]).file_pending()
    spans = "SELECT number, first_seen_at, last_seen_at FROM version_spans ORDER BY number"
    assert db.execute(spans).fetchall() == [
        (1, "2026-05-20T12:00:00Z", "2026-05-20T12:00:00Z"),
        (2, "2026-05-21T12:00:00Z", "2026-05-21T12:00:00Z"),
        (3, "2026-05-22T12:00:00Z", "2026-05-22T12:00:00Z"),
    ]
    assert [row[1] for row in versions(db)] == ["Tin A", "Tin B", "Tin A"]
    sound(db)


def test_a_page_that_was_gone_and_came_back_before_we_looked(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(body=page("Tin A"), hours=72))
    gone = replace(shoot(hours=24), status=404)
    site_answers = shoot("https://bao.example/", "<html><title>Trang chủ</title></html>", hours=24)
    arrive(db, run, [gone, site_answers, shoot(body=page("Tin A"), hours=0)]).file_pending()
    assert db.execute("SELECT gone_at, returned_at FROM tombstones").fetchall() == [
        ("2026-05-21T12:00:00Z", "2026-05-23T12:00:00Z")
    ]
    assert db.execute("SELECT gone_since, version_count, first_seen_at FROM articles").fetchall() == [
        (None, 1, "2026-05-20T12:00:00Z")
    ]
    sound(db)


def test_two_articles_that_turn_out_to_be_one_are_drawn_together(db: Database, run: Run, shoot: Shoot) -> None:
    old, new = f"{SITE}/cu-1.htm", f"{SITE}/moi-1.htm"
    ingest(db, run, shoot(new, page("Tin A", clock="09:00"), hours=48))
    # An early crawl of the old address, and the redirect that tells where it went.
    hop = Capture(old, new, NOON + timedelta(hours=24), 301)
    then = replace(shoot(new, page("Tin A", clock="10:00"), hours=24), via=(old,))
    arrive(db, run, [then, hop, shoot(old, page("Tin A bản cũ"), hours=0)]).file_pending()
    assert db.execute("SELECT url_key, version_count, first_seen_at FROM articles").fetchall() == [
        ("bao.example/moi-1.htm", 2, "2026-05-20T12:00:00Z")
    ]
    sound(db)


def test_a_crawl_finds_what_an_import_left_and_does_not_take_it_for_new(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(body=page("Tin B"), hours=5))
    arrive(db, run, [shoot(body=page("Tin A"), hours=0)])  # killed before it was put in order
    read_pending(db, run)
    assert [row[1] for row in versions(db)] == ["Tin A", "Tin B"]
    sound(db)


def test_a_search_finds_every_version_after_a_rebuild(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(body=page("Cầu Đuống mới"), hours=5))
    arrive(db, run, [shoot(body=page("Cầu Đuống cũ"), hours=0)]).file_pending()
    assert [(hit.number, hit.headline) for hit in article_search.search(db, '"cau duong moi"', history=True)] == [
        (2, "Cầu Đuống mới")
    ]
    assert [hit.number for hit in article_search.search(db, '"cau duong cu"', history=True)] == [1]


def png(shade: int) -> bytes:
    """A picture whose left half is darker or lighter than its right."""
    image = Image.new("L", (96, 96), 255 - shade)
    image.paste(shade, (0, 0, 48, 96))
    file = BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_pictures_that_come_late_open_the_versions_they_would_have_opened(
    db: Database, run: Run, shoot: Shoot, tmp_path: Path
) -> None:
    url = f"{SITE}/anh/1.png"
    shown = page("Tin A").replace("</article>", f'<figure><img src="{url}"></figure></article>')
    fetches = [
        Fetched(url, NOON + timedelta(hours=hours), 200, (), png(shade))
        for hours, shade in ((1, 0), (30, 0), (50, 255))
    ]
    arrivals = arrive(db, run, [shoot(body=shown), shoot(body=shown, hours=72), shoot(body=shown, hours=24)])
    arrivals.file_pending()
    for fetched in reversed(fetches):
        assert take_picture(db, run, tmp_path / "pictures", fetched)
    arrivals.file_pending()
    assert db.execute(
        "SELECT versions.number, versions.first_seen_at, changed, words_of IS NULL, last_seen_at FROM versions"
        " JOIN version_spans ON version_spans.version_id = versions.id ORDER BY 1"
    ).fetchall() == [
        (1, "2026-05-20T12:00:00Z", None, 1, "2026-05-21T12:00:00Z"),
        (2, "2026-05-22T14:00:00Z", "pictures", 0, "2026-05-23T12:00:00Z"),
    ]
    digests = [
        one[0]
        for one in db.execute(
            "SELECT digest FROM version_images JOIN pictures ON pictures.id = picture_id ORDER BY version_id"
        )
    ]
    assert digests == [digest_of(png(0)), digest_of(png(255))]
    sound(db)


# --- any order of arrival ---------------------------------------------------------------------------------------------

_STATES = ("Tin một", "Tin hai", "Tin ba")
_KEYS = ("a-1", "b-2", "m-3")


# hours after noon, what, at which address, to which other one, in which state, with which clock
EVENTS = st.tuples(
    st.integers(0, 400),
    st.sampled_from(["page"] * 6 + ["gone", "same", "hop", "hop-only", "list", "home", "error"]),
    st.sampled_from(_KEYS),
    st.sampled_from(_KEYS),
    st.sampled_from(_STATES),
    st.sampled_from(("08:00", "09:00")),
)
HISTORIES = st.lists(EVENTS, min_size=2, max_size=12)
"""Captures of three addresses: pages of three states with a clock that ticks or stands, disappearances, 304s, redirects
to one another with and without the answer that follows, to a list and to the home page."""


UTF8 = (("Content-Type", "text/html; charset=utf-8"),)


def captures_of(history: list[tuple[int, str, str, str, str, str]]) -> list[Capture]:
    return [capture for event in sorted(history) for capture in _captures(*event)]


def _captures(hour: int, kind: str, key: str, other_key: str, state: str, ticking: str) -> list[Capture]:
    moment, url, other = NOON + timedelta(hours=hour), f"{SITE}/{key}.htm", f"{SITE}/{other_key}.htm"
    text = f"{state} ở {other_key if kind == 'hop' else key}. " * 9
    shown = page(state, clock=ticking, body=text).encode()
    if kind == "page":
        return [Capture(url, url, moment, 200, UTF8, shown, "utf-8")]
    if kind == "same":
        return [Capture(url, url, moment, 304)]
    if kind == "gone":
        return [Capture(url, url, moment, 404 if ticking == "08:00" else 410)]
    if kind == "error":
        return [Capture(url, url, moment, 503, body=b"<p>busy</p>")]
    if kind == "home":
        return [Capture(url, f"{SITE}/", moment, 302, (("Location", f"{SITE}/"),))]
    if kind == "list":
        links = "".join(f"<li><a href='/x-{n}.htm'>Tin số {n}</a></li>" for n in range(30))
        listing = f"<html><body><h1>Thời sự</h1><ul>{links}</ul></body></html>"
        section = f"{SITE}/thoi-su/"
        return [
            Capture(url, section, moment, 301, (("Location", section),)),
            Capture(section, section, moment, 200, body=listing.encode(), via=(url,)),
        ]
    if other == url:
        return []
    hop = [Capture(url, other, moment, 301, (("Location", other),))]
    return hop if kind == "hop-only" else [*hop, Capture(other, other, moment, 200, UTF8, shown, "utf-8", via=(url,))]


def archived(captures: list[Capture], file_every: int) -> list[dict[str, Any]]:
    with TemporaryDirectory() as folder, open_archive(new_archive(Path(folder) / "a.db"), create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        for start in range(0, len(captures), file_every):
            arrive(db, run, captures[start : start + file_every]).file_pending()
        sound(db)
        return told(db)


@pytest.mark.slow
@examples(40, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(HISTORIES, st.randoms(use_true_random=False), st.sampled_from((1, 3, 100)))
def test_any_order_of_arrival_gives_the_same(history: list[Any], chance: Any, file_every: int) -> None:
    captures = captures_of(history)
    shuffled = list(captures)
    chance.shuffle(shuffled)
    assert archived(shuffled, file_every) == archived(captures, 100)


@examples(25, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(st.lists(EVENTS, min_size=2, max_size=12, unique_by=lambda event: event[0]))
def test_in_order_it_is_what_a_crawl_makes_of_them(history: list[Any]) -> None:
    """Without redirects to what had answered before, which a crawl does not follow again; and no two captures of one
    second, which have an order of their own (archive.history.facts.UrlCapture.sort_key) and no crawl makes of one address."""
    followed = [one for one in captures_of(history) if one.status not in (301, 302) or one.final_url == f"{SITE}/"]
    plain = [replace(one, via=()) for one in followed]
    with TemporaryDirectory() as folder, open_archive(new_archive(Path(folder) / "a.db"), create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        for capture in plain:
            ingest(db, run, capture)
        judge_run(db, run)
        crawled = told(db)
        db.execute("INSERT INTO unsettled SELECT DISTINCT outlet_id, url_key FROM captures")
        arrive(db, run, []).file_pending()
        assert told(db) == crawled
        sound(db)


def test_most_of_many_captures_of_one_address_wait_to_be_filed_together(db: Database, run: Run, shoot: Shoot) -> None:
    """One by one, each would take all earlier ones anew: thousands of captures took their square."""
    arrivals = Arrivals(db, run, version_texts.boilerplate_of(db, run.outlet_id))
    captures = [shoot(body=page(f"Tin thứ {number}"), hours=number) for number in range(30)]
    outcomes = [arrivals.arrive(capture, None) for capture in captures]
    assert outcomes == ["filed"] * 20 + ["late"] * 10
    arrivals.file_pending()
    assert [headline for _, headline, *_ in versions(db)] == [f"Tin thứ {number}" for number in range(30)]
    sound(db)
