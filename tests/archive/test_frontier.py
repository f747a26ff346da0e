"""What is due when: often while young or lively, ever more rarely later, taken once a run, never forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlite_utils import Database

from archive import Capture, Run, ingest, start_run, store
from tests.support import NOON, PAPER, Shoot, page

LIST, A, B = "https://bao.example/tin", "https://bao.example/a-1.htm", "https://bao.example/b-2.htm"


def after(**span: float) -> datetime:
    return NOON + timedelta(**span)


def visit(db: Database, run: Run, capture: Capture) -> None:
    """What a crawl does with an answer."""
    ingest(db, run, capture)
    store.discover(db, run, capture.final_url, [], capture.captured_at)


def next_run(db: Database, at: datetime = NOON) -> Run:
    return start_run(db, PAPER, {}, at)


def test_a_new_link_is_handed_out_once_a_run(db: Database, run: Run) -> None:
    assert store.discover(db, run, LIST, [A, B, A + "#comments"], NOON) == [A + "#comments", B]
    assert store.discover(db, run, LIST, [A, B], NOON) == []


def test_what_a_killed_run_took_and_did_not_fetch_is_due_in_the_next(db: Database, run: Run) -> None:
    store.discover(db, run, LIST, [A, B], NOON)
    assert store.due(db, next_run(db), after(seconds=1), 10) == [A, B]


def test_a_page_is_due_after_a_quarter_of_the_time_since_it_changed(db: Database, run: Run, shoot: Shoot) -> None:
    store.discover(db, run, LIST, [A], NOON)
    visit(db, run, shoot(A, page()))
    visit(db, run, shoot(A, page(), hours=8))
    assert store.due(db, next_run(db), after(hours=9, minutes=59), 10) == []
    assert store.due(db, next_run(db), after(hours=10), 10) == [A]


def test_an_edit_makes_a_page_young_again(db: Database, run: Run, shoot: Shoot) -> None:
    store.discover(db, run, LIST, [A], NOON)
    visit(db, run, shoot(A, page()))
    visit(db, run, shoot(A, page("Sửa tên"), hours=800))
    assert store.due(db, next_run(db), after(hours=800), 10) == [A]


def test_every_page_is_due_twice_a_year(db: Database, run: Run, shoot: Shoot) -> None:
    store.discover(db, run, LIST, [A], NOON)
    visit(db, run, shoot(A, page()))
    ten_years = 24 * 3653
    visit(db, run, shoot(A, page(), hours=ten_years))
    for days, asked in ((179, []), (180, [A])):
        at = after(hours=ten_years + 24 * days)
        assert store.due(db, next_run(db, at), at, 10) == asked


def test_an_error_is_left_alone_for_an_hour(db: Database, run: Run, shoot: Shoot) -> None:
    store.discover(db, run, LIST, [A], NOON)
    ingest(db, run, shoot(A, status=503))
    assert store.due(db, next_run(db), after(minutes=59), 10) == []
    assert store.due(db, next_run(db), after(minutes=60), 10) == [A]


def test_a_list_with_a_new_link_is_due_at_once(db: Database, run: Run, shoot: Shoot) -> None:
    store.discover(db, run, LIST, [LIST], NOON)
    visit(db, run, shoot(LIST, "<p>danh sách</p>"))
    visit(db, run, shoot(LIST, "<p>danh sách</p>", hours=40))
    store.discover(db, run, LIST, [B], after(hours=40))
    assert set(store.due(db, next_run(db), after(hours=40), 10)) == {B, LIST}


def test_the_longest_due_comes_first_and_the_limit_holds(db: Database, run: Run) -> None:
    store.discover(db, run, LIST, [B], NOON)
    store.discover(db, run, LIST, [A], after(hours=1))
    later = next_run(db)
    assert store.due(db, later, after(hours=2), 1) == [B]
    assert store.due(db, later, after(hours=2), 1) == [A]
    assert store.due(db, later, after(hours=2), 1) == []


def test_validators_are_those_of_the_last_page_not_of_the_last_error(db: Database, run: Run, shoot: Shoot) -> None:
    headers = (("etag", '"v1"'), ("Last-Modified", "Wed, 20 May 2026 01:00:00 GMT"))
    ingest(db, run, shoot(A, page(), headers=headers))
    ingest(db, run, shoot(A, "trục trặc", status=500, headers=(("ETag", '"oops"'),), hours=1))
    assert store.validators(db, run, A) == ('"v1"', "Wed, 20 May 2026 01:00:00 GMT")
    assert store.validators(db, run, B) == (None, None)


def test_a_list_kept_but_not_followed_is_due_in_the_next_run(db: Database, run: Run, shoot: Shoot) -> None:
    store.discover(db, run, "https://bao.example/", [LIST], NOON)
    visit(db, run, shoot(LIST, "<p>danh sách</p>"))
    later = next_run(db)
    assert store.due(db, later, after(hours=8), 10) == [LIST]
    ingest(db, later, shoot(LIST, "<p>danh sách mới</p>", hours=8))  # and here the process was killed
    assert store.due(db, next_run(db), after(hours=8, minutes=1), 10) == [LIST]
