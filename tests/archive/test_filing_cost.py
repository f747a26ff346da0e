"""Filing looks only at what it needs: counted in SQLite's own steps and statements, which do not depend on time."""

from __future__ import annotations

from collections.abc import Callable

from sqlite_utils import Database

from archive import Capture, Run, ingest
from tests.archive.test_history_filing import told_by, whole_page
from tests.support import Shoot, page

_STEP = 10  # instructions of SQLite's virtual machine
EDIT = " Sáng nay, hợp tác xã cho biết đã mua thêm hai máy gặt cho vụ sau."


def story(number: int, more: str = "") -> str:
    text = f"Câu chuyện số {number} xảy ra ở xã {number}, nơi bà con vừa gặt xong vụ {number}. " * 3
    return page(f"Bài {number}", text + more)


def steps_of(db: Database, act: Callable[[], object]) -> int:
    steps = 0

    def count() -> int:
        nonlocal steps
        steps += 1
        return 0

    db.conn.set_progress_handler(count, _STEP)
    act()
    db.conn.set_progress_handler(None, 0)
    return steps


def test_an_edit_costs_the_same_however_many_articles_are_known(db: Database, run: Run, shoot: Shoot) -> None:
    def known(first: int, last: int) -> None:
        for number in range(first, last):
            ingest(db, run, shoot(f"https://bao.example/{number}.htm", story(number), number / 60))

    def edit(number: int) -> int:
        capture = shoot(f"https://bao.example/{number}.htm", story(number, EDIT), 48)
        return steps_of(db, lambda: ingest(db, run, capture))

    known(0, 15)
    edit(0)  # what is made once is not counted
    among_few = edit(1)
    known(15, 150)
    assert edit(2) < 1.5 * among_few


def test_filing_a_page_or_an_edit_leaves_compiled_statements_valid(db: Database, run: Run, shoot: Shoot) -> None:
    statements: list[str] = []
    db.conn.set_trace_callback(statements.append)
    ingest(db, run, shoot("https://bao.example/1.htm", story(1)))
    ingest(db, run, shoot("https://bao.example/1.htm", story(1, EDIT), 48))
    db.conn.set_trace_callback(None)
    assert db.execute("SELECT count(*) FROM versions").fetchone() == (2,)
    settings = [statement for statement in statements if statement.startswith("PRAGMA") and "=" in statement]
    assert settings == []  # after each, SQLite compiles everything anew


def test_another_print_of_an_article_is_filed_as_cheaply_as_its_own_page(db: Database, run: Run, shoot: Shoot) -> None:
    def look(number: int, name: str, hours: float) -> int:
        body = story(number).replace(f"Bài {number}", f"Bài {number}{name}") + f"<i>{hours}</i>"
        capture = shoot(f"https://bao.example/{number}.htm", body, hours + number / 60)
        return steps_of(db, lambda: ingest(db, run, capture))

    for number in (1, 2):
        for day in range(3):
            look(number, " - Báo Thử" if number == 2 and day else "", 24 * day)
    own, other = (look(number, name, 72) for number, name in ((1, ""), (2, " - Báo Thử")))
    assert db.execute("SELECT count(*) FROM versions").fetchone() == (2,)
    assert other < 1.5 * own


def test_pages_that_each_show_the_next_one_s_text_are_each_read_once_a_filing(
    db: Database, run: Run, shoot: Shoot
) -> None:
    def shown(number: int, other: int, hours: float) -> Capture:
        return shoot(f"https://bao.example/{number}.htm", whole_page(other, *told_by(other)), hours + number / 60)

    articles, statements = 14, list[str]()
    for number in range(articles):
        ingest(db, run, shown(number, number, 0))
    for number in range(articles):  # a cache that is one address off
        statements.clear()
        db.conn.set_trace_callback(statements.append)
        ingest(db, run, shown(number, (number + 1) % articles, 24))
        db.conn.set_trace_callback(None)
    assert sum("LEFT JOIN bodies ON bodies.id = body_id" in statement for statement in statements) <= articles
    assert db.execute("SELECT count(*) FROM versions").fetchone() == (articles,)
