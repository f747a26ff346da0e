"""Disappearances, returns, and the names an article was known under."""

from __future__ import annotations

import pytest
from sqlite_utils import Database

from archive import Run, ingest
from archive.model.urls import print_kind, url_key
from archive.pipeline.history_filing import judge_run
from archive.pipeline.verification import verify
from tests.support import Shoot, page

URL = "https://bao.example/a-1.htm"


def tombstones(db: Database) -> list[tuple[str, str, str | None]]:
    rows = db.execute("SELECT gone_at, reason, returned_at FROM tombstones ORDER BY id").fetchall()
    return [(gone[11:16], reason, returned and returned[11:16]) for gone, reason, returned in rows]


def test_every_disappearance_and_every_return_is_written_down(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(URL, page()))
    ingest(db, run, shoot(URL, None, 1, status=404))
    ingest(db, run, shoot(URL, None, 2, status=404))
    ingest(db, run, shoot(URL, page(clock="09:00"), 3))
    ingest(db, run, shoot(URL, None, 4, status=410))
    assert tombstones(db) == [("13:00", "status 404", "15:00"), ("16:00", "status 410", None)]


@pytest.mark.parametrize(
    ("home", "believed"),
    [(None, True), ((200, "<a href=/b-2.htm>Tin khác</a>"), True), ((404, "<h1>404</h1>"), False), ((503, ""), False)],
)
def test_a_paper_s_only_article_is_gone_unless_nothing_else_answers(
    db: Database, run: Run, shoot: Shoot, home: tuple[int, str] | None, believed: bool
) -> None:
    ingest(db, run, shoot(URL, page()))
    ingest(db, run, shoot(URL, None, 24, status=404))
    if home:
        ingest(db, run, shoot("https://bao.example/", home[1], 24.1, status=home[0]))
    judge_run(db, run)
    assert bool(tombstones(db)) == believed
    ingest(db, run, shoot(URL, None, 48, status=404))
    judge_run(db, run)
    assert tombstones(db), "the next look shows it again"


@pytest.mark.parametrize("again", [1, 2])
def test_an_article_that_a_redirect_ended_stays_doubted_when_the_run_is_judged_again(
    db: Database, run: Run, shoot: Shoot, again: int
) -> None:
    """When its end is taken back, the redirect is no change any more, and its verdict must stay."""
    other = "https://bao.example/b-2.htm"
    ingest(db, run, shoot(other, page("Mùa quýt").replace("cầu", "quýt").replace("Cầu", "Quýt")))
    ingest(db, run, shoot(URL, page(), 1))
    ingest(db, run, shoot(other, None, 30, status=404))
    ingest(db, run, shoot(URL, None, 48, status=301, final_url=other))
    ingest(db, run, shoot("https://bao.example/", "", 48.1, status=503))
    for _ in range(again):
        judge_run(db, run, whole=True)
    stored = tombstones(db)
    db.execute("INSERT INTO unsettled SELECT DISTINCT outlet_id, url_key FROM captures")
    judge_run(db, run, whole=True)
    assert tombstones(db) == stored and list(verify(db)) == []


def test_a_304_brings_an_article_back_as_well(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(URL, page()))
    ingest(db, run, shoot(URL, None, 1, status=404))
    ingest(db, run, shoot(URL, None, 2, status=304))
    assert tombstones(db) == [("13:00", "status 404", "14:00")]


def test_an_article_whose_address_leads_to_another_one_has_a_tombstone(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(URL, page()))
    other = "https://bao.example/b-2.htm"
    ingest(db, run, shoot(URL, None, 1, status=301, final_url=other))
    ingest(
        db,
        run,
        shoot(
            other,
            page("Mùa quýt", "Vườn quýt trên sườn núi cho thu hoạch.").replace("cầu", "quýt").replace("Cầu", "Quýt"),
            1,
            via=(URL,),
        ),
    )
    assert tombstones(db) == [("13:00", f"redirected to {other}", None)]


def test_an_article_found_moved_after_it_was_gone_has_returned(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(URL, page()))
    ingest(db, run, shoot(URL, None, 1, status=404))
    ingest(db, run, shoot("https://bao.example/moi/a-1.htm", page(), 2, via=(URL,)))
    assert tombstones(db) == [("13:00", "status 404", "14:00")]
    assert db.execute("SELECT gone_since FROM articles").fetchall() == [(None,)]


def kinds(db: Database) -> dict[str, str]:
    return dict(db.execute("SELECT url_key, kind FROM aliases").fetchall())


def test_addresses_say_how_they_lead_to_their_article(db: Database, run: Run, shoot: Shoot) -> None:
    canonical = '<link rel="canonical" href="https://bao.example/chinh-thuc/a-1.htm">'
    text = page().replace("</head>", canonical + "</head>")
    ingest(db, run, shoot(URL, text))
    ingest(db, run, shoot("https://m.bao.example/a-1.htm", text.replace("08:00", "08:01"), 1))
    ingest(db, run, shoot("https://bao.example/amp/a-1.htm", text.replace("08:00", "08:02"), 2))
    ingest(db, run, shoot("https://bao.example/print/a-1.htm", text.replace("08:00", "08:03"), 2))
    assert kinds(db) == {
        "bao.example/a-1.htm": "address",
        "bao.example/chinh-thuc/a-1.htm": "canonical",
        "m.bao.example/a-1.htm": "mobile",
        "bao.example/amp/a-1.htm": "amp",
        "bao.example/print/a-1.htm": "print",
    }


def test_an_address_that_redirects_is_known_as_such(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot("https://bao.example/moi.htm", page(), via=("https://bao.example/cu.htm",)))
    assert kinds(db) == {"bao.example/moi.htm": "address", "bao.example/cu.htm": "redirect"}


@pytest.mark.parametrize("url, kind", [
    ("https://amp.bao.vn/a.html", "amp"), ("https://bao.vn/a.amp", "amp"), ("https://bao.vn/a.html?amp=1", "amp"),
    ("https://bao.vn/a/amp/", "amp"), ("https://m.bao.vn/a.html", "mobile"), ("https://bao.vn/a?print=1", "print"),
    ("https://bao.vn/in-bai/a-1.html", "print"), ("https://bao.vn/camp/a.html", None), ("https://bao.vn/amplifier", None),
    ("https://may.bao.vn/a.html", None), ("https://bao.vn/printer-tot-nhat.html", None), ("https://bao.vn/may-in-bai-viet", None),
])  # fmt: skip
def test_prints_are_known_by_their_address(url: str, kind: str | None) -> None:
    assert print_kind(url_key(url)) == kind


def _story(number: int, extra: str = "") -> str:
    """An article unlike the others, since all of its paragraphs name its number."""
    text = f"Chuyện số {number} của xã thứ {number} kể về {number} ngày mưa và {number} đêm canh đê bên sông. {extra}"
    return page(f"Chuyện số {number}", text).replace("cầu", f"cầu {number}").replace("con", f"con {number}")


def test_addresses_that_a_relaunch_left_behind_are_no_reason_to_doubt_an_edit(
    db: Database, run: Run, shoot: Shoot
) -> None:
    old, new = ([f"https://bao.example/{path}/bai-{number}" for number in range(12)] for path in ("cu", "moi"))
    for number, url in enumerate(old):
        ingest(db, run, shoot(url, _story(number), 0))
    for hours in (24, 72):
        for number in range(12):
            ingest(db, run, shoot(new[number], _story(number, "Sửa." if hours == 72 and number == 5 else ""), hours))
            ingest(db, run, shoot(old[number], None, hours + 0.01, status=404))
        judge_run(db, run)
    edited = db.execute("SELECT url FROM articles WHERE version_count = 2").fetchall()
    assert edited == [(new[5],)] and not tombstones(db)
    assert list(verify(db)) == []


def test_each_article_that_a_redirect_to_nothing_ends_is_counted(db: Database, run: Run, shoot: Shoot) -> None:
    """All of them wait for the next look, for they end at once; and the run says how many they are."""
    urls = [f"https://bao.example/bai-{number}" for number in range(4)]
    ingest(db, run, shoot("https://bao.example/cu", None, 0, status=404))
    for number, url in enumerate(urls):
        ingest(db, run, shoot(url, _story(number), 1))
    for number, url in enumerate(urls):
        ingest(db, run, shoot(url, None, 24 + number / 100, status=302, final_url="https://bao.example/cu"))
    assert judge_run(db, run).disappeared == 4
    assert not tombstones(db) and list(verify(db)) == []
    for url in urls:
        ingest(db, run, shoot(url, None, 48, status=302, final_url="https://bao.example/cu"))
    judge_run(db, run)
    assert len(tombstones(db)) == 4


def test_an_outage_behind_redirects_to_one_error_page_waits_as_a_whole(db: Database, run: Run, shoot: Shoot) -> None:
    """The error page is requested once, for the first of them, and again before they are back."""
    urls, sorry = [f"https://bao.example/bai-{number}" for number in range(4)], "https://bao.example/loi"
    for number, url in enumerate(urls):
        ingest(db, run, shoot(url, _story(number), number / 100))
    for number, url in enumerate(urls):
        ingest(db, run, shoot(url, None, 24 + number / 100, status=302, final_url=sorry))
    ingest(db, run, shoot(sorry, None, 24.05, status=404))
    judge_run(db, run)
    assert not tombstones(db)
    ingest(db, run, shoot(sorry, None, 48, status=404))
    for number, url in enumerate(urls):
        ingest(db, run, shoot(url, _story(number), 48 + (number + 1) / 100))
    judge_run(db, run)
    assert not tombstones(db) and list(verify(db)) == []
