"""What holds beyond single articles when histories are put in order: outages, half pages, damage, two at once."""

from __future__ import annotations

import os
import random
import shutil
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive import Capture, Run, finish_run, ingest, open_archive, start_run
from archive.model.errors import take_notices
from archive.pipeline.history_filing import judge_run
from archive.pipeline.ingest import read_pending
from archive.pipeline.merging import merge
from archive.pipeline.verification import verify
from archive.storage.histories.doubts import doubts_of, waiting_doubts
from tests.archive_contents import told
from tests.invariants import acknowledged, sound
from tests.killable_commands import Ended, Parent
from tests.support import NOON, PAPER, Shoot, page, shoot

ARTICLES = 12
NEW = "<p>Đến cuối tuần, kho thóc của hợp tác xã số {} đã chứa gần hai trăm tấn, nhiều hơn mọi năm.</p></article>"


def url(number: int) -> str:
    return f"https://bao.example/bai-{number}.htm"


def article(number: int, more: str = "</article>") -> str:
    text = f"Câu chuyện số {number} xảy ra ở xã {number}, nơi bà con vừa gặt xong vụ {number}. " * 3
    return page(f"Bài {number}", text).replace("</article>", more.format(number))


def day(days: int, more: str = "</article>") -> Iterator[Capture]:
    for number in range(ARTICLES):
        yield shoot(url(number), article(number, more), 24 * days + number / 60)


def edits(db: Database) -> int:
    (count,) = db.execute("SELECT count(*) FROM versions WHERE number > 1").fetchone()
    return int(count)


def crawl(path: Path, *days: Iterable[Capture]) -> Path:
    """Each day is a run."""
    with open_archive(path, create=True) as db:
        for number, captures in enumerate(days):
            seen = list(captures)
            run = start_run(db, PAPER, {"day": str(number)}, seen[0].captured_at)
            for capture in seen:
                ingest(db, run, capture)
            judge_run(db, run)
            finish_run(db, run, outcome="ok", reason=None, stats={}, moment=seen[-1].captured_at)
    return path


def history(path: Path) -> list[dict[str, object]]:
    with open_archive(path) as db:
        return told(db)


def test_what_changes_everywhere_is_accepted_a_day_later_and_counts_from_the_first(tmp_path: Path) -> None:
    path = crawl(tmp_path / "a.db", day(0), day(1, NEW))
    with open_archive(path) as db:
        assert edits(db) == 0 and waiting_doubts(db, 1) == ARTICLES
    with open_archive(crawl(tmp_path / "b.db", day(0), day(1, NEW), day(2, NEW))) as db:
        assert db.execute("SELECT DISTINCT number, date(first_seen_at) FROM versions ORDER BY 1").fetchall() == [
            (1, "2026-05-20"), (2, "2026-05-21"),
        ]  # fmt: skip
        assert waiting_doubts(db, 1) == 0


@pytest.mark.parametrize(("edited", "articles"), [({*range(1, 12, 2)}, 12), ({*range(3, 15)} - {5, 9}, 20)])
def test_some_edits_on_one_day_are_edits(tmp_path: Path, edited: set[int], articles: int) -> None:
    """Not nearly all, be it of those between the first and the last."""

    def told_anew(number: int) -> str | None:
        return told_with_note(number, number) if number in edited else None

    with open_archive(crawl(tmp_path / "a.db", few(0, articles), few(1, articles, told_anew))) as db:
        assert edits(db) == len(edited) and waiting_doubts(db, 1) == 0


def test_nearly_all_gone_on_one_day_are_not_until_the_next(tmp_path: Path) -> None:
    def gone(days: int) -> Iterator[Capture]:
        return (shoot(url(number), None, 24 * days + number / 60, status=404) for number in range(ARTICLES))

    with open_archive(crawl(tmp_path / "a.db", day(0), gone(1))) as db:
        assert db.execute("SELECT count(*) FROM tombstones").fetchone() == (0,)
    with open_archive(crawl(tmp_path / "b.db", day(0), gone(1), gone(2))) as db:
        assert db.execute("SELECT count(*), max(date(gone_at)) FROM tombstones").fetchone() == (ARTICLES, "2026-05-21")


@pytest.mark.parametrize("days", [(0, 1), (0, 1, 2), (1, 0), (2, 0, 1)])
def test_days_that_come_by_merge_are_judged_as_a_crawl_judges_them(tmp_path: Path, days: tuple[int, ...]) -> None:
    whole = crawl(tmp_path / "whole.db", *(day(one, NEW if one else "</article>") for one in sorted(days)))
    target = tmp_path / "target.db"
    for one in days:
        other = crawl(tmp_path / f"{one}.db", day(one, NEW if one else "</article>"))
        if not target.exists():
            shutil.copy(other, target)
        merge(target, other, pictures=tmp_path / "pictures", other_pictures=None)
    assert history(target) == history(whole)
    sound(target)


def test_a_page_that_breaks_off_where_none_did_is_no_edit(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot(body=article(1)))
    ingest(db, run, shoot(body=article(1).partition("<p>Theo")[0], hours=1))
    assert edits(db) == 0
    assert doubts_of(db, run) == [("the page has no end, and most before it had one", 1)]
    ingest(db, run, shoot(body=article(1), hours=2))
    assert edits(db) == 0
    ingest(db, run, shoot(body=article(1, NEW), hours=3))
    assert edits(db) == 1
    ingest(db, run, shoot(body=article(1, NEW).partition("<p>Theo")[0], hours=4))
    assert edits(db) == 1  # it broke off before, and not most of the time


def test_a_damaged_fact_is_named_and_keeps_nobody_from_the_others(
    db: Database, run: Run, shoot: Shoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        ingest(db, run, shoot(url(number), article(number)))
    (damaged,) = db.execute("SELECT id FROM captures WHERE requested_url = ?", [url(1)]).fetchone()
    for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'captures'"):
        db.execute(f"DROP TRIGGER {trigger}")
    db.execute("UPDATE captures SET captured_at = 'yesterday' WHERE id = ?", [damaged])
    for number in range(3):
        ingest(db, run, shoot(url(number), article(number, NEW), hours=1))
    changed = {row[0] for row in db.execute("SELECT url FROM articles WHERE version_count = 2").fetchall()}
    assert changed - {url(1)} == {url(0), url(2)}
    assert any(str(damaged) in told for told in take_notices())


def test_two_that_read_again_at_once_come_to_one_history(
    parent: Parent, copy_of_few: Callable[[str], Path]
) -> None:  # fmt: skip
    alone, together = copy_of_few("alone.db"), copy_of_few("together.db")
    assert parent.run("reread", "--jobs", "1", "--db", alone).code == 0
    both = [parent.start("reread", "--jobs", "1", "--db", together) for _ in range(2)]
    assert [one.end().code for one in both] == [0, 0]
    assert history(together) == history(alone)
    sound(together)


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("deaths", [int(os.environ.get("DEATHS", "60"))])
def test_a_merge_that_dies_goes_on_to_the_same_history(
    parent: Parent, copy: Callable[[str], Path], tmp_path: Path, deaths: int
) -> None:
    """At any of its statements: what was there stays, and the next run derives what one that never died would have."""
    other, whole = crawl(tmp_path / "other.db", day(5), day(6, NEW), day(7, NEW)), copy("whole.db")
    moments = parent.run("merge", other, "--db", whole).moments(random.Random(7), deaths)
    undisturbed = history(whole)
    for moment in moments:
        path = copy(f"{moment}.db")
        before = acknowledged(path)
        assert parent.run("merge", other, "--db", path, dies_at=moment).code == -9
        assert before <= acknowledged(path), moment
        assert parent.run("merge", other, "--db", path).code == 0
        assert history(path) == undisturbed, moment
        path.unlink()


WALL = "Để đọc tiếp bài viết này, mời bạn đăng nhập hoặc đăng ký tài khoản miễn phí trên trang báo."


def told_by(number: int) -> list[str]:
    """The paragraphs of an article that has nothing in common with the others."""
    return [
        f"Chuyện số {number}: bến{number} đò{number} sớm{number} nay vắng khách{number} vì cầu{number} mới thông xe{number}.",
        f"Người{number} chèo đò{number} tên Mận{number} kể rằng con{number} sông này từng{number} nuôi cả làng{number} ta.",
        f"Đến{number} chiều, bà{number} con kéo ra{number} bờ sông xem{number} chuyến đò cuối{number} cùng rời bến{number}.",
    ]


def whole_page(number: int, *paragraphs: str, headline: str = "") -> str:
    title = headline or f"Bến {number} vắng khách sau ngày thông cầu {number}"
    return (
        f"<html><head><title>{title}</title><meta property='og:type' content='article'>"
        f"<meta property='article:published_time' content='2026-05-{number % 9 + 1:02}T08:15:00+07:00'></head><body>"
        f"<article><h1>{title}</h1>{''.join(f'<p>{text}</p>' for text in paragraphs)}</article></body></html>"
    )


FAULTS: dict[str, Callable[[int], str]] = {
    "a wall in place of the text": lambda number: whole_page(number, WALL),
    "a wall after its beginning": lambda number: whole_page(number, told_by(number)[0], WALL),
    "a captcha with a number of its own": lambda number: whole_page(number, f"Chọn mọi ô có đèn giao thông, mã {number * 7919}-ab."),
    "half of it": lambda number: whole_page(number, told_by(number)[0]),
    "an error under a headline of its own": lambda number: whole_page(number, f"Đã có lỗi khi tải trang, mã {number * 7919}. Vui lòng thử lại sau ít phút.", headline="Lỗi hệ thống"),
    "another article": lambda number: whole_page(77, *told_by(77)),
    "an error page": lambda number: whole_page(number, "Trang bạn tìm không tồn tại.", headline="Không tìm thấy trang"),
}  # fmt: skip


def few(days: int, articles: int, fault: Callable[[int], str | None] = lambda number: None) -> Iterator[Capture]:
    for number in range(articles):
        body = fault(number) or whole_page(number, *told_by(number))
        yield shoot(url(number), body, 24 * days + number / 60)


@pytest.mark.parametrize("articles", [3, 6])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_bad_day_of_a_small_paper_writes_no_history(
    tmp_path: Path, fault: Callable[[int], str], articles: int
) -> None:
    with open_archive(crawl(tmp_path / "a.db", few(0, articles), few(1, articles, fault))) as db:
        assert edits(db) == 0 and waiting_doubts(db, 1) == articles
        assert db.execute("SELECT count(*) FROM tombstones").fetchone() == (0,)
        assert [(one.where, one.what) for one in verify(db)] == []
    with open_archive(crawl(tmp_path / "a.db", few(2, articles))) as db:
        assert edits(db) == 0 and waiting_doubts(db, 1) == 0
        assert db.execute("SELECT count(*), count(gone_since) FROM articles").fetchone() == (articles, 0)
        sound(tmp_path / "a.db")


def test_a_wall_at_some_addresses_is_none_of_their_edits_and_hides_no_other(tmp_path: Path) -> None:
    def some(number: int) -> str | None:
        edited = whole_page(number, *told_by(number), f"Tối cùng ngày, đò số {number} được kéo lên bờ để sửa.")
        return whole_page(number, WALL) if number % 3 == 0 else edited if number == 1 else None

    with open_archive(crawl(tmp_path / "a.db", few(0, 15), few(1, 15, some))) as db:
        assert edits(db) == 1 and waiting_doubts(db, 1) == 5
    with open_archive(crawl(tmp_path / "a.db", few(2, 15, some))) as db:  # it stays: a paywall
        assert edits(db) == 6 and waiting_doubts(db, 1) == 0
        sound(tmp_path / "a.db")


@pytest.mark.parametrize("leads_home", [False, True])
def test_a_page_that_is_doubted_is_due_as_soon_as_another_look_can_settle_it(tmp_path: Path, leads_home: bool) -> None:
    def walled(days: int) -> Iterator[Capture]:
        for capture in few(days, 6, lambda number: whole_page(number, WALL) if number == 1 else None):
            is_it = leads_home and capture.final_url == url(1)
            yield replace(capture, status=302, final_url=PAPER.home_url, body=None) if is_it else capture

    def due(db: Database) -> list[str]:
        return [row[0] for row in db.execute("SELECT due_at FROM frontier ORDER BY url_key LIMIT 3").fetchall()]

    path = crawl(tmp_path / "a.db", few(0, 6))
    with open_archive(path, create=True) as db:
        db.execute(
            "INSERT INTO frontier (outlet_id, url_key, url, found_at, due_at)"
            " SELECT outlet_id, url_key, url, first_seen_at, '2026-07-01T00:00:00Z' FROM articles"
        )
    with open_archive(crawl(path, walled(1))) as db:
        assert due(db) == ["2026-07-01T00:00:00Z", "2026-05-22T00:21:00Z", "2026-07-01T00:00:00Z"]  # 12:01 and 12:20 h
        assert db.execute("SELECT count(*) FROM tombstones").fetchone() == (0,)
    with open_archive(path, create=True) as db:
        db.execute("UPDATE frontier SET due_at = '2026-07-01T00:00:00Z'")
    with open_archive(crawl(path, walled(2), few(3, 6), walled(4))) as db:
        assert due(db)[1] > "2026-05-26"  # once, or a wall that comes and goes were asked for twice a day


def test_articles_that_exchange_their_addresses_go_on_there(tmp_path: Path) -> None:
    def moved(days: int, edit: str = "") -> Iterator[Capture]:
        for number in range(3):
            said = told_by((number + 1) % 3)
            yield shoot(
                url(number),
                whole_page((number + 1) % 3, *said, *filter(None, [edit.format(number)])),
                24 * days + number / 60,
            )

    days = (few(0, 3), moved(1), moved(2), moved(3, "Sáng nay đò số {} được kéo lên bờ."))
    captures = [list(one) for one in days]
    whole = crawl(tmp_path / "whole.db", *captures)
    with open_archive(whole) as db:
        places = db.execute("SELECT url, version_count FROM articles ORDER BY id").fetchall()
        assert places == [(url(2), 2), (url(0), 2), (url(1), 2)]
        assert db.execute("SELECT count(*) FROM tombstones").fetchone() == (0,) and waiting_doubts(db, 1) == 0
    sound(whole)
    parts = [crawl(tmp_path / f"{number}.db", one) for number, one in enumerate(captures)]
    for number in (1, 0, 2):
        merge(parts[3], parts[number], pictures=tmp_path / "pictures", other_pictures=None)
    assert history(parts[3]) == history(whole)


def test_edits_on_one_day_are_told_at_once_whatever_they_have_in_common(tmp_path: Path) -> None:
    def corrected(number: int) -> str:
        return whole_page(number, *told_by(number), "Bài đã được sửa sau khi đăng: tên cây cầu viết sai.")

    with open_archive(crawl(tmp_path / "a.db", few(0, 6), few(1, 6, corrected))) as db:
        assert edits(db) == 6 and waiting_doubts(db, 1) == 0


@pytest.mark.parametrize("articles", [3, 6])
def test_few_that_disappear_at_once_are_gone_when_they_stay_away(tmp_path: Path, articles: int) -> None:
    def gone(days: int) -> Iterator[Capture]:
        return (shoot(url(number), None, 24 * days + number / 60, status=404) for number in range(articles))

    dead_link = shoot(url(99), None, 23.9, status=404)  # was never an article's
    with open_archive(crawl(tmp_path / "a.db", few(0, articles), (dead_link, *gone(1)))) as db:
        assert db.execute("SELECT count(*) FROM tombstones").fetchone() == (0,)
    with open_archive(crawl(tmp_path / "a.db", gone(2))) as db:
        stones = db.execute("SELECT count(*), max(date(gone_at)) FROM tombstones").fetchone()
        assert stones == (articles, "2026-05-21")


@pytest.mark.parametrize(("articles", "lost"), [(12, 3), (15, 5), (12, 10)])
def test_a_part_of_a_paper_that_is_lost_for_a_day_is_not_gone_and_an_edit_beside_it_is_told(
    tmp_path: Path, articles: int, lost: int
) -> None:
    def out_of_order() -> Iterator[Capture]:
        home = {"status": 302, "final_url": "https://bao.example/", "body": None}
        for number, capture in enumerate(few(1, articles, lambda number: told_with_note(number, articles - 1))):
            yield replace(capture, **home) if number < lost else capture  # type: ignore[arg-type]  # fields of Capture

    with open_archive(crawl(tmp_path / "a.db", few(0, articles), out_of_order())) as db:
        assert db.execute("SELECT count(*) FROM tombstones").fetchone() == (0,) and edits(db) == 1
    with open_archive(crawl(tmp_path / "a.db", few(2, articles, lambda n: told_with_note(n, articles - 1)))) as db:
        assert db.execute("SELECT count(*) FROM tombstones").fetchone() == (0,) and edits(db) == 1
        sound(tmp_path / "a.db")


def told_with_note(number: int, edited: int) -> str | None:
    """The page of the edited article; None for the others."""
    note = f"Tối cùng ngày, đò số {number} được kéo lên bờ để sửa."
    return whole_page(number, *told_by(number), note) if number == edited else None


@pytest.mark.parametrize(("articles", "lost"), [(16, 3), (9, 2), (3, 1), (3, 2)])
def test_few_that_disappear_one_after_the_other_are_gone(tmp_path: Path, articles: int, lost: int) -> None:
    """Of a few, up to two; of many, less than a fifth."""

    def some() -> Iterator[Capture]:
        for number, capture in enumerate(few(1, articles)):
            yield replace(capture, status=404, body=None) if number < lost else capture

    with open_archive(crawl(tmp_path / "a.db", few(0, articles), some())) as db:
        assert db.execute("SELECT count(*) FROM tombstones").fetchone() == (lost,)


def test_what_changed_everywhere_is_told_though_an_edit_follows(tmp_path: Path) -> None:
    def edited(number: int) -> str:
        more = NEW.replace("</p>", f"</p><p>Riêng xã {number} còn chờ thêm {number} chuyến xe.</p>")
        return article(number, more)

    later = (shoot(url(number), edited(number), 48 + number / 60) for number in range(ARTICLES))
    with open_archive(crawl(tmp_path / "a.db", day(0), day(1, NEW), later)) as db:
        assert edits(db) == ARTICLES and waiting_doubts(db, 1) == ARTICLES


def odd_day(path: Path, hours: float) -> None:
    """A run that sees edits, a wall, an article that is gone, and one that is back."""
    with open_archive(path, create=True) as db:
        run = start_run(db, PAPER, {}, NOON + timedelta(hours=hours))
        read_pending(db, run)
        for number, capture in enumerate(few(0, 12)):
            moment = NOON + timedelta(hours=hours, minutes=number)
            edited = whole_page(number, *told_by(number), f"Đò số {number} được kéo lên bờ.")
            body = whole_page(number, WALL) if number < 4 else edited if number < 7 else (capture.body or b"").decode()
            is_gone = number in (7, 8)
            ingest(
                db, run, replace(capture, captured_at=moment, status=404 if is_gone else 200, body=None if is_gone else body.encode())
            )  # fmt: skip
        judge_run(db, run)
        finish_run(db, run, outcome="ok", reason=None, stats={}, moment=NOON + timedelta(hours=hours, minutes=13))


def history_of(path: Path) -> list[tuple[object, ...]]:
    """Versions, disappearances and doubts, without their times."""
    with open_archive(path) as db:
        versions = (
            "SELECT url_key, number, changed, versions.digest, gone_reason, moved_to_id FROM versions"
            " JOIN articles ON articles.id = article_id ORDER BY 1, 2"
        )
        waiting = db.execute("SELECT count(*) FROM unsettled UNION ALL SELECT count(*) FROM rebuilding").fetchall()
        return [*db.execute(versions).fetchall(), *waiting, (waiting_doubts(db, 1),)]


@pytest.mark.slow
@pytest.mark.timeout(3_600)
@pytest.mark.parametrize("deaths", [int(os.environ.get("DEATHS", "140"))])
def test_a_run_that_dies_is_followed_by_one_that_derives_the_same(parent: Parent, tmp_path: Path, deaths: int) -> None:
    begun = tmp_path / "begun.db"
    crawl(begun, few(0, 12), (one for one in few(1, 12) if one.final_url != url(9)))
    code = "import sys; from pathlib import Path; from tests.archive.test_history_filing import odd_day;"

    def run(path: Path, hours: float, dies_at: int | None = None) -> Ended:
        return parent.python("-c", f"{code} odd_day(Path(sys.argv[1]), {hours})", path, dies_at=dies_at).end()

    whole = Path(shutil.copy(begun, tmp_path / "whole.db"))
    first = run(whole, 48)
    assert (first.code, first.err) == (0, "")
    assert run(whole, 48.5).code == 0
    undisturbed = history_of(whole)
    assert (2, "body") in {row[1:3] for row in undisturbed if len(row) > 3}
    for moment in first.moments(random.Random(8), deaths):
        path = Path(shutil.copy(begun, tmp_path / f"{moment}.db"))
        assert run(path, 48, moment).code == -9
        before = acknowledged(path)
        assert [run(path, hours).code for hours in (48.5, 49)] == [0, 0]  # the wall's second look, wherever it died
        assert history_of(path) == undisturbed, moment
        assert before <= acknowledged(path)
        sound(path)
        for file in path.parent.glob(f"{path.name}*"):
            file.unlink()


def test_a_paper_in_another_layout_is_unchanged_and_its_versions_are_seen_on(tmp_path: Path) -> None:
    def laid_out(days: int, *, anew: bool, edited: int | None = None) -> list[Capture]:
        captures = []
        for number in range(12):
            lead, *rest = told_by(number)
            rest += ["Tối cùng ngày, đò được kéo lên bờ để sửa."] if number == edited else []
            byline = "HÀ THU" if anew else "Hà Thu"
            body = whole_page(number, *([lead, *rest] if anew else rest))
            sapo = "" if anew else f'<h2 class="sapo">{lead}</h2>'
            body = body.replace("</h1>", f'</h1><p class="author">{byline}</p>{sapo}')
            captures.append(shoot(url(number), body, 24 * days + number / 60))
        return captures

    days = [laid_out(0, anew=False), *(laid_out(day, anew=True, edited=3 if day > 2 else None) for day in (1, 2, 3, 4))]
    whole = crawl(tmp_path / "whole.db", *days)
    with open_archive(whole) as db:
        rows = db.execute(
            "SELECT url, changed FROM versions JOIN articles ON articles.id = article_id WHERE number > 1"
        )
        assert rows.fetchall() == [(url(3), "body")] and waiting_doubts(db, 1) == 0
        spans = db.execute(
            "SELECT DISTINCT date(last_seen_at) FROM version_spans WHERE number = 1 ORDER BY 1"
        ).fetchall()
        assert spans == [("2026-05-22",), ("2026-05-24",)]  # of the one edited, and of the others
    sound(whole)
    parts = [crawl(tmp_path / f"{number}.db", day) for number, day in enumerate(days)]
    for number in (1, 3, 0, 2):
        merge(parts[4], parts[number], pictures=tmp_path / "pictures", other_pictures=None)
    assert history(parts[4]) == history(whole)
