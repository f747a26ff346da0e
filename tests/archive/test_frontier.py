"""What is due when: often while young or lively, ever more rarely later, taken once a run, never forgotten."""

from __future__ import annotations

import tracemalloc
import zlib
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlite_utils import Database

from archive import Link, Run, start_run
from archive.frontier import change_rate_store, dequeue, url_queue
from archive.model import clock
from archive.model.packing import MOST_UNPACKED, PackedLinks
from archive.pipeline.ingest import keep_capture
from archive.storage import connection
from archive.storage.captures import capture_writer
from tests.support import NOON, PAPER, Shoot, visit
from tests.support import page as any_page

HOME, LIST, A, B = (f"https://bao.example/{path}" for path in ("", "tin", "a-1.htm", "b-2.htm"))
ARTICLES = "<p><a href='/a-1.htm'>Tin</a></p>"


page = partial(any_page, dated=NOON)


def after(**span: float) -> datetime:
    return NOON + timedelta(**span)


def found(db: Database, run: Run, *urls: str, on: str = HOME, moment: datetime = NOON, **said: Any) -> int:
    with connection.transaction(db):
        return url_queue.note_links(db, run, on, [Link(url, **said) for url in urls], moment).fresh


def next_run(db: Database, moment: datetime = NOON) -> Run:
    return start_run(db, PAPER, {}, moment)


def test_a_new_link_is_handed_out_once_a_run(db: Database, run: Run) -> None:
    assert found(db, run, A, B, A + "#comments") == 2
    assert dequeue.due(db, run, NOON, 10) == [A, B]
    assert found(db, run, A, B) == 0
    assert dequeue.due(db, run, NOON, 10) == []


def test_what_a_killed_run_took_and_did_not_fetch_is_due_in_the_next(db: Database, run: Run) -> None:
    found(db, run, A, B)
    dequeue.due(db, run, NOON, 10)
    assert dequeue.due(db, next_run(db), after(seconds=1), 10) == [A, B]


def test_seeds_come_first_and_always(db: Database, run: Run, shoot: Shoot) -> None:
    found(db, run, A)
    url_queue.seed(db, run, [HOME, LIST], NOON)
    assert dequeue.due(db, run, NOON, 10) == [HOME, LIST]
    assert dequeue.due(db, run, NOON, 10) == [A]
    visit(db, run, shoot(HOME, page()))
    later = next_run(db, after(seconds=5))
    url_queue.seed(db, later, [HOME], after(seconds=5))
    assert dequeue.due(db, later, after(seconds=5), 1) == [HOME]


def test_what_was_never_read_comes_before_lists_and_lists_before_articles(db: Database, run: Run, shoot: Shoot) -> None:
    found(db, run, A, LIST)
    dequeue.due(db, run, NOON, 10)
    visit(db, run, shoot(A, page()))
    visit(db, run, shoot(LIST, "<p>danh sách</p>"), B)
    later = next_run(db)
    moment = after(hours=100)
    assert dequeue.due(db, later, moment, 10) == [B]
    assert dequeue.due(db, later, moment, 10) == [LIST]
    assert dequeue.due(db, later, moment, 10) == []
    assert change_rate_store.rechecks(db, later, moment) == [A]
    assert change_rate_store.rechecks(db, later, moment) == []


def test_what_a_sitemap_says_has_changed_is_due_now(db: Database, run: Run, shoot: Shoot) -> None:
    found(db, run, A)
    dequeue.due(db, run, NOON, 1)
    visit(db, run, shoot(A, page()))
    visit(db, run, shoot(A, page(), hours=800))
    moment = after(hours=801)
    later = next_run(db, moment)
    found(db, later, A, moment=moment, lastmod=after(hours=799))
    assert change_rate_store.rechecks(db, later, moment) == []
    found(db, later, A, moment=moment, lastmod=after(hours=800, minutes=30))
    assert change_rate_store.rechecks(db, later, moment) == [A]


def test_links_far_from_any_seed_are_not_followed_but_pages_of_a_list_are(db: Database, run: Run) -> None:
    here = HOME
    for number in range(50):
        onward = f"{LIST}/trang-{number}.htm"
        assert found(db, run, onward, on=here, found_in="pagination") == 1
        here = onward
    for number in range(20):
        onward = f"https://bao.example/lich/{number}"
        assert found(db, run, onward, on=here) == 1
        here = onward
    assert found(db, run, "https://bao.example/lich/20", on=here) == 0


def pause(db: Database, url: str) -> timedelta:
    """For how long an address is left alone after its last look."""
    due, checked = db.execute("SELECT due_at, checked_at FROM frontier WHERE url = ?", [url]).fetchone()
    return clock.parse(due) - clock.parse(checked)


def test_an_article_is_looked_at_ever_more_rarely(db: Database, run: Run, shoot: Shoot) -> None:
    found(db, run, A)
    pauses = []
    for hours in (0, 3, 30, 300, 3000):
        visit(db, run, shoot(A, page(), hours=hours))
        pauses.append(pause(db, A))
    assert pauses == sorted(pauses) and pauses[0] < timedelta(hours=3) and pauses[-1] > timedelta(days=30)
    assert db.execute("SELECT checks, changes, changed_at FROM frontier WHERE url = ?", [A]).fetchone() == (5, 0, None)


def test_an_edit_makes_an_article_young_again_and_a_new_link_in_its_margin_does_not(
    db: Database, run: Run, shoot: Shoot
) -> None:
    found(db, run, A)
    visit(db, run, shoot(A, page()))
    visit(db, run, shoot(A, page(), hours=800), B)
    calm = pause(db, A)
    assert change_rate_store.rechecks(db, run, after(hours=801)) == []
    visit(db, run, shoot(A, page("Sửa tên"), hours=1000))
    assert pause(db, A) < calm / 2
    assert db.execute("SELECT changes, changed_at FROM frontier WHERE url = ?", [A]).fetchone() == (
        1, clock.stamp(after(hours=1000)),
    )  # fmt: skip


def test_every_article_is_due_twice_a_year(db: Database, run: Run, shoot: Shoot) -> None:
    found(db, run, A)
    visit(db, run, shoot(A, page()))
    ten_years = 24 * 3653
    visit(db, run, shoot(A, page(), hours=ten_years))
    for days, asked in ((149, []), (150, [A])):
        moment = after(hours=ten_years + 24 * days)
        assert change_rate_store.rechecks(db, next_run(db, moment), moment) == asked


def test_what_is_gone_is_looked_for_and_ever_more_rarely(db: Database, run: Run, shoot: Shoot) -> None:
    found(db, run, A)
    visit(db, run, shoot(A, page()))
    pauses = []
    for days in (1, 2, 10, 100):
        visit(db, run, shoot(A, status=404, hours=24 * days))
        pauses.append(pause(db, A))
    assert pauses == [timedelta(days=days) for days in (1, 1, 9, 99)]


def test_a_look_teaches_the_papers_habits(db: Database, run: Run, shoot: Shoot) -> None:
    found(db, run, A)
    visit(db, run, shoot(A, page()))
    visit(db, run, shoot(A, page("Sửa tên"), hours=2))
    ((bucket, looks, changes),) = db.execute("SELECT bucket, looks, changes FROM habits WHERE looks > 0").fetchall()
    assert (bucket, looks) == ("0d calm", 1)
    assert changes >= 1, "a look that found an edit stands for one at least"


def test_an_error_is_left_alone_for_an_hour(db: Database, run: Run, shoot: Shoot) -> None:
    found(db, run, A)
    dequeue.due(db, run, NOON, 1)
    keep_capture(db, run, shoot(A, status=503))
    assert dequeue.due(db, next_run(db), after(minutes=59), 10) == []
    later = next_run(db)
    assert dequeue.due(db, later, after(minutes=60), 10) == [A]
    keep_capture(db, later, shoot(A, status=503, hours=1))
    assert dequeue.due(db, next_run(db), after(hours=2, minutes=59), 10) == [], "and twice as long the second time"


def test_a_list_is_due_by_how_often_it_brings_new_links(db: Database, run: Run, shoot: Shoot) -> None:
    quiet = "https://bao.example/lich-su"
    found(db, run, LIST, quiet)
    for hour in range(6):
        visit(db, run, shoot(LIST, "<p>danh sách</p>", hours=8 * hour), f"https://bao.example/tin-{hour}.htm")
        visit(db, run, shoot(quiet, "<p>danh sách</p>", hours=8 * hour), A)
    assert pause(db, LIST) < pause(db, quiet) / 2


def test_the_longest_known_comes_first_and_the_limit_holds(db: Database, run: Run) -> None:
    found(db, run, B)
    found(db, run, A, moment=after(hours=1))
    later = next_run(db)
    assert dequeue.due(db, later, after(hours=2), 1) == [B]
    assert dequeue.due(db, later, after(hours=2), 1) == [A]
    assert dequeue.due(db, later, after(hours=2), 1) == []


def test_validators_are_those_of_the_last_page_not_of_the_last_error(db: Database, run: Run, shoot: Shoot) -> None:
    headers = (("etag", '"v1"'), ("Last-Modified", "Wed, 20 May 2026 01:00:00 GMT"))
    keep_capture(db, run, shoot(A, page(), headers=headers))
    keep_capture(db, run, shoot(A, "trục trặc", status=500, headers=(("ETag", '"oops"'),), hours=1))
    assert capture_writer.http_validators(db, run, A) == ('"v1"', "Wed, 20 May 2026 01:00:00 GMT")
    assert capture_writer.http_validators(db, run, B) == (None, None)


def test_a_list_kept_but_not_followed_is_due_in_the_next_run(db: Database, run: Run, shoot: Shoot) -> None:
    found(db, run, LIST)
    visit(db, run, shoot(LIST, "<p>danh sách</p>"), A)
    later = next_run(db)
    moment = after(hours=24)
    assert dequeue.due(db, later, moment, 1) == [A]
    assert dequeue.due(db, later, moment, 1) == [LIST]
    keep_capture(db, later, shoot(LIST, "<p>danh sách mới</p>", hours=24))  # and here the process was killed
    again = next_run(db)
    assert [dequeue.due(db, again, moment, 1) for _ in range(3)] == [[A], [LIST], []]


def test_packed_links_are_the_links() -> None:
    links = [Link(f"{HOME}bai-{number}.htm", "sitemap", NOON, None, "Lũ") for number in range(MOST_UNPACKED + 3)]
    packed = PackedLinks(links)
    assert [*packed] == [*packed] == links and len(packed) == len(links)
    assert [link.words for link in packed] == ["Lũ"] * len(links)
    assert not PackedLinks() and [*PackedLinks()] == []


def test_a_sitemap_four_times_as_long_takes_hardly_more_memory_and_is_listed_whole(db: Database, run: Run) -> None:
    few, many = (_peak_of_noting(db, run, f"{HOME}{count}.xml", count) for count in (MOST_UNPACKED, 4 * MOST_UNPACKED))
    assert many < 1.4 * few
    (listed,) = db.execute("SELECT keys FROM listed ORDER BY length(keys) DESC LIMIT 1").fetchone()
    assert zlib.decompress(listed).decode().count("\n") == 4 * MOST_UNPACKED


def _peak_of_noting(db: Database, run: Run, sitemap: str, count: int) -> int:
    links = PackedLinks([Link(f"{sitemap}/tin-tuc-{number}.htm", "sitemap", NOON) for number in range(count)])
    tracemalloc.start()
    try:
        with connection.transaction(db):
            assert url_queue.note_links(db, run, sitemap, links, NOON).fresh == count
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
