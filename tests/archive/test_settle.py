"""What holds beyond single articles when histories are put in order: outages, half pages, damage, two at once."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest
from sqlite_utils import Database

from archive import Capture, Run, finish_run, ingest, judge_run, open_archive, start_run
from archive.model import notices
from archive.pipeline.merging import merge
from archive.storage.histories.doubts import doubts_of, waiting_doubts
from tests.mortal import Parent
from tests.soundness import acknowledged, sound
from tests.support import PAPER, Shoot, page, shoot
from tests.told import told

ARTICLES = 12
NEW = "<p>Đến cuối tuần, kho thóc của hợp tác xã đã chứa gần hai trăm tấn, nhiều hơn mọi năm.</p></article>"


def url(number: int) -> str:
    return f"https://bao.example/bai-{number}.htm"


def article(number: int, more: str = "</article>") -> str:
    text = f"Câu chuyện số {number} xảy ra ở xã {number}, nơi bà con vừa gặt xong vụ {number}. " * 3
    return page(f"Bài {number}", text).replace("</article>", more)


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
            finish_run(db, run, outcome="ok", reason=None, stats={}, at=seen[-1].captured_at)
    return path


def history(path: Path) -> list[dict[str, object]]:
    with open_archive(path) as db:
        return told(db)


def test_what_changes_everywhere_is_believed_a_day_later_and_counts_from_the_first(tmp_path: Path) -> None:
    path = crawl(tmp_path / "a.db", day(0), day(1, NEW))
    with open_archive(path) as db:
        assert edits(db) == 0 and waiting_doubts(db, 1) == ARTICLES
    with open_archive(crawl(tmp_path / "b.db", day(0), day(1, NEW), day(2, NEW))) as db:
        assert db.execute("SELECT DISTINCT number, date(first_seen_at) FROM versions ORDER BY 1").fetchall() == [
            (1, "2026-05-20"), (2, "2026-05-21"),
        ]  # fmt: skip
        assert waiting_doubts(db, 1) == 0


def test_some_edits_on_one_day_are_edits(tmp_path: Path) -> None:
    def some() -> Iterator[Capture]:
        for number, capture in enumerate(day(1)):
            yield shoot(url(number), article(number, NEW), 24 + number / 60) if number % 2 else capture

    with open_archive(crawl(tmp_path / "a.db", day(0), some())) as db:
        assert edits(db) == ARTICLES // 2 and waiting_doubts(db, 1) == 0


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
    assert doubts_of(db, run) == [("the page has no end, and all before it had one", 1)]
    ingest(db, run, shoot(body=article(1), hours=2))
    assert edits(db) == 0
    ingest(db, run, shoot(body=article(1, NEW), hours=3))
    assert edits(db) == 1


def test_a_damaged_fact_is_named_and_keeps_nobody_from_the_others(
    db: Database, run: Run, shoot: Shoot, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(3):
        ingest(db, run, shoot(url(number), article(number)))
    (damaged,) = db.execute("SELECT id FROM captures WHERE requested_url = ?", [url(1)]).fetchone()
    for (trigger,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'captures'"):
        db.execute(f"DROP TRIGGER {trigger}")
    db.execute("UPDATE captures SET captured_at = 'yesterday' WHERE id = ?", [damaged])
    notices.take()
    for number in range(3):
        ingest(db, run, shoot(url(number), article(number, NEW), hours=1))
    changed = {row[0] for row in db.execute("SELECT url FROM articles WHERE version_count = 2").fetchall()}
    assert changed - {url(1)} == {url(0), url(2)}
    assert any(str(damaged) in told for told in notices.take())


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
    import random

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
