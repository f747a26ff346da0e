"""One history, whichever archive a run was kept in: words and pictures, crawled by one machine, or by two and merged."""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import Phase, example, given
from hypothesis import strategies as st
from sqlite_utils import Database

from archive import Capture, PictureCapture, Run, finish_run, ingest, keep_picture, open_archive, start_run
from archive.model import clock
from archive.model.digests import digest_of
from archive.model.records import Looks, Picture
from archive.pipeline.history_filing import judge_run
from archive.pipeline.ingest import read_pending
from archive.pipeline.merging import merge
from archive.pipeline.verification import verify
from archive.storage.connection import transaction
from archive.storage.picture_fetches import ensure_image
from archive.storage.picture_files import put_file
from archive.storage.version_texts import boilerplate_of
from archive.text.recurring_blocks import Boilerplate
from tests.archive_contents import told
from tests.support import NOON, PAPER, examples, new_archive, page

SITE = "https://bao.example"


@dataclass(frozen=True)
class Visit:
    """What an address shows in a run. what: page, gone, error or same (a 304); state: of the words; shows: pictures."""

    key: str
    what: str
    state: str
    shows: tuple[str, ...]


@dataclass(frozen=True)
class Day:
    """A run. pictures: what each picture's address shows that day; here: whether the first machine kept it."""

    visits: tuple[Visit, ...]
    pictures: dict[str, int]
    here: bool


VISITS = st.builds(
    Visit, st.sampled_from(("a", "b", "m/a")), st.sampled_from(["page"] * 6 + ["gone", "error", "same"]),
    st.sampled_from(("một", "hai", "ba")),
    st.sampled_from([(), ("cau.jpg",), ("cau.jpg", "do.jpg"), ("do.jpg",), ("cau.jpg?v=2",), ("cau.jpg?v=2", "do.jpg")]),
)  # fmt: skip
DAYS = st.lists(
    st.builds(
        Day, st.lists(VISITS, min_size=1, max_size=3, unique_by=lambda one: one.key).map(tuple),
        st.fixed_dictionaries({"cau.jpg": st.integers(0, 2), "do.jpg": st.integers(0, 1), "cau.jpg?v=2": st.integers(0, 2)}),
        st.booleans(),
    ),
    min_size=2, max_size=8,
)  # fmt: skip


MOVED_AND_DOUBTED = [
    Day((Visit("a", "page", "một", ()),), {"cau.jpg": 0, "do.jpg": 0}, here=True),
    Day((Visit("a", "page", "ba", ("do.jpg",)),), {"cau.jpg": 0, "do.jpg": 0}, here=False),
    Day(
        (Visit("m/a", "page", "một", ("cau.jpg", "do.jpg")), Visit("a", "gone", "hai", ())),
        {"cau.jpg": 0, "do.jpg": 0},
        here=True,
    ),
    Day((Visit("m/a", "page", "một", ("cau.jpg", "do.jpg")),), {"cau.jpg": 0, "do.jpg": 1}, here=True),
]
"""Merged, the third day's words are an older state at another address, and doubted: what was read then has no version.
The fourth day shows the same words, which needs no reading of its own, with another picture, and is accepted."""

TAKEN_APART = [
    Day((Visit("a", "page", "một", ()),), {"cau.jpg": 2, "do.jpg": 0}, here=True),
    Day((Visit("m/a", "page", "ba", ()),), {"cau.jpg": 2, "do.jpg": 1}, here=False),
    Day(
        (Visit("a", "page", "ba", ("cau.jpg",)), Visit("m/a", "page", "một", ("cau.jpg",))),
        {"cau.jpg": 0, "do.jpg": 1},
        here=True,
    ),
    Day(
        (Visit("a", "error", "một", ()), Visit("m/a", "page", "một", ("cau.jpg",))),
        {"cau.jpg": 2, "do.jpg": 1},
        here=True,
    ),
]
"""Merged, the second day makes one article two: the version that the last day's picture opened stays the first one's,
and its words are proven by another capture than before."""

SAID_AGAIN = [
    Day((Visit("m/a", "page", "hai", ()),), {"cau.jpg": 0, "do.jpg": 0}, here=False),
    Day((Visit("a", "page", "hai", ()),), {"cau.jpg": 0, "do.jpg": 0}, here=True),
    Day((Visit("a", "page", "ba", ()), Visit("m/a", "page", "một", ())), {"cau.jpg": 0, "do.jpg": 0}, here=True),
    Day((Visit("m/a", "page", "ba", ()), Visit("a", "same", "ba", ())), {"cau.jpg": 0, "do.jpg": 0}, here=False),
]
"""A 304 at another address than the main one, after the article said other words and then those of before again."""

COPY_STANDS_IN = [
    Day((Visit("m/a", "page", "hai", ()), Visit("a", "page", "hai", ("cau.jpg",))), {"cau.jpg": 0}, here=False),
    Day((Visit("a", "error", "hai", ()),), {}, here=False),
    Day((Visit("m/a", "page", "hai", ()), Visit("a", "page", "hai", ("cau.jpg",))), {"cau.jpg": 1}, here=True),
    Day((Visit("m/a", "page", "hai", ()), Visit("a", "page", "hai", ())), {}, here=True),
]
"""A copy without the picture has become the main address when the picture is replaced: it does not prove that state."""

MOVED_WITH_WORDS = [
    Day((Visit("a", "page", "một", ("cau.jpg",)),), {"cau.jpg": 2}, here=True),
    Day((Visit("a", "page", "hai", ("cau.jpg?v=2",)),), {"cau.jpg?v=2": 1}, here=False),
]
"""Other words, and another picture at another address of its path: both are told, whoever fetches it."""

PRINTS_THAT_MOVE = [
    Day((Visit("m/a", "page", "hai", ("cau.jpg?v=2",)), Visit("a", "page", "ba", ())), {"cau.jpg?v=2": 0}, here=False),
    Day(
        (Visit("m/a", "page", "hai", ("cau.jpg",)), Visit("a", "page", "hai", ("cau.jpg?v=2", "do.jpg"))),
        {"cau.jpg": 0, "cau.jpg?v=2": 2, "do.jpg": 1}, here=True,
    ),
    Day(
        (Visit("m/a", "page", "hai", ("cau.jpg?v=2",)), Visit("a", "page", "hai", ("cau.jpg", "do.jpg"))),
        {"cau.jpg": 2, "cau.jpg?v=2": 0, "do.jpg": 1}, here=True,
    ),
]  # fmt: skip
"""Two prints of an article that a merge makes two articles: each names its pictures at addresses of its own."""

GONE_AS_A_WHOLE = [
    Day((Visit("a", "page", "một", ()), Visit("b", "page", "hai", ())), {}, here=True),
    Day((Visit("b", "gone", "hai", ()),), {}, here=False),
    Day((Visit("a", "page", "một", ()), Visit("b", "gone", "hai", ())), {}, here=True),
]
"""All that was looked at on the second day, in a paper of two articles, had disappeared: the third day shows it."""

BACK_TO_FORMER_WORDS = [
    Day((Visit("a", "page", "một", ()), Visit("m/a", "page", "một", ())), {}, here=True),
    Day((Visit("a", "page", "ba", ()),), {}, here=True),
    Day((Visit("a", "page", "một", ()), Visit("m/a", "page", "một", ())), {}, here=True),
    Day((Visit("m/a", "page", "một", ()),), {}, here=False),
]
"""A copy never changed its bytes while the article said other words and then the former ones: it shows the third version."""

GONE_BEFORE_IT_WAS_KNOWN = [
    Day((Visit("a", "page", "một", ()),), {}, here=True),
    Day((Visit("a", "gone", "một", ()), Visit("m/a", "gone", "một", ())), {}, here=False),
    Day((Visit("m/a", "page", "một", ()),), {}, here=True),
]
"""The only known article and another address disappear; only the third day shows that this is the article's too."""

DOUBTED_AT_ANOTHER_ADDRESS = [
    Day((Visit("m/a", "page", "ba", ("cau.jpg",)),), {"cau.jpg": 0}, here=False),
    Day((Visit("m/a", "page", "một", ()), Visit("a", "page", "ba", ())), {}, here=False),
    Day((Visit("a", "page", "hai", ()),), {}, here=False),
    Day((Visit("b", "page", "một", ("cau.jpg",)),), {"cau.jpg": 0}, here=True),
]
"""An article's words were doubted at another's address: who reads the one anew must read the other."""

GONE_TWICE = [
    Day(
        (Visit("m/a", "same", "một", ()), Visit("a", "page", "hai", ()), Visit("b", "page", "một", ())), {}, here=False
    ),
    Day((Visit("a", "page", "một", ()),), {}, here=True),
    Day((Visit("m/a", "page", "một", ()), Visit("a", "page", "hai", ()), Visit("b", "page", "ba", ())), {}, here=True),
    Day((Visit("b", "gone", "ba", ()), Visit("a", "gone", "hai", ()), Visit("m/a", "error", "hai", ())), {}, here=True),
    Day((Visit("b", "gone", "ba", ()), Visit("a", "gone", "hai", ()), Visit("m/a", "error", "hai", ())), {}, here=True),
    Day((Visit("b", "page", "hai", ()),), {}, here=False),
]
"""An article's other address fails on the day that all disappear: whether that is believed must not go to and fro."""

PICTURE_ON_THE_OTHER_FACE = [
    Day((Visit("b", "page", "một", ("do.jpg",)),), {"do.jpg": 1}, here=False),
    Day((Visit("b", "page", "hai", ("cau.jpg", "do.jpg")),), {"cau.jpg": 1, "do.jpg": 1}, here=False),
    Day((Visit("b", "page", "một", ("do.jpg",)),), {"do.jpg": 0}, here=False),
    Day((Visit("b", "page", "ba", ("cau.jpg?v=2",)),), {"cau.jpg?v=2": 0}, here=False),
    Day((Visit("b", "page", "một", ("do.jpg",)),), {"do.jpg": 1}, here=True),
    Day((Visit("b", "page", "hai", ("cau.jpg", "do.jpg")),), {"cau.jpg": 1, "do.jpg": 1}, here=False),
    Day((Visit("b", "page", "hai", ("cau.jpg?v=2", "do.jpg")),), {"cau.jpg?v=2": 2, "do.jpg": 0}, here=True),
]
"""A page shows its texts by turns; the version that a picture opens has other words than the version before it."""

MOVED_AWAY_WITH_CREDITS = [
    Day((Visit("m/a", "page", "ba", ("cau.jpg?v=2",)),), {"cau.jpg?v=2": 2}, here=False),
    Day(
        (Visit("a", "page", "hai", ("cau.jpg", "do.jpg")), Visit("m/a", "page", "hai", ())),
        {"cau.jpg": 0, "do.jpg": 0},
        here=True,
    ),
    Day((Visit("a", "gone", "một", ()),), {}, here=True),
    Day((Visit("m/a", "page", "ba", ("cau.jpg",)),), {"cau.jpg": 0}, here=True),
]
"""A merge gives the only version of an article to one that is new."""

FILED_BEFORE_A_PICTURE_WAS_KNOWN = [
    Day((Visit("a", "page", "hai", ()), Visit("m/a", "page", "ba", ())), {}, here=False),
    Day((Visit("b", "page", "hai", ()), Visit("m/a", "page", "hai", ("do.jpg",))), {"do.jpg": 1}, here=True),
    Day(
        (Visit("m/a", "page", "một", ("cau.jpg?v=2",)), Visit("b", "page", "hai", ("cau.jpg",)), Visit("a", "page", "một", ("cau.jpg",))),
        {"cau.jpg?v=2": 0, "cau.jpg": 1}, here=True,
    ),
    Day((Visit("m/a", "page", "một", ()),), {}, here=False),
]  # fmt: skip
"""One machine files a version before it learns that its picture is the site's, and the version keeps that digest."""

AS_BEFORE_BESIDE_ANOTHER_PRINT = [
    Day((Visit("a", "page", "một", ("do.jpg",)), Visit("m/a", "page", "một", ("cau.jpg", "do.jpg"))), {"do.jpg": 1, "cau.jpg": 1}, here=True),
    Day((Visit("m/a", "page", "ba", ()),), {}, here=False),
    Day((Visit("a", "page", "ba", ()),), {}, here=True),
    Day(
        (Visit("a", "page", "một", ("cau.jpg?v=2", "do.jpg")), Visit("m/a", "page", "một", ("cau.jpg", "do.jpg"))),
        {"do.jpg": 1, "cau.jpg": 1, "cau.jpg?v=2": 0}, here=True,
    ),
]  # fmt: skip
"""A copy shows the bytes of its first day again, beside a version that names its picture at another address; merged, the
copy is the page that proves that version."""


def shown(visit: Visit) -> bytes:
    figures = "".join(
        f'<figure><img src="/anh/{name}"><figcaption>Cảnh sông. Ảnh: Hà Thu</figcaption></figure>'
        for name in visit.shows
    )
    text = f"Chuyện {visit.state} ở bến đò bên sông, nơi người làng chờ nhau mỗi sáng sớm. " * 4
    return page(f"Tin {visit.key[-1]}", text).replace("</article>", f"{figures}</article>").encode()


def picture(folder: Path, number: int) -> Picture:
    data = b"\xff\xd8\xff picture %d" % number
    found = Picture(digest_of(data), len(data), "image/jpeg", Looks(640, 420, f"{number * 90:02x}" * 144, b""))
    put_file(folder, found.path, data)
    return found


def crawl(path: Path, days: Iterable[tuple[int, Day]]) -> Path:
    """What a machine keeps that crawls on these days."""
    with open_archive(new_archive(path), create=True) as db:
        for number, day in days:
            moment = NOON + timedelta(days=number)
            run = start_run(db, PAPER, {}, moment)
            read_pending(db, run)
            for place, visit in enumerate(day.visits):
                _visit(db, run, visit, moment + timedelta(minutes=place))
            _fetch(db, run, day, path.with_suffix(".pictures"), moment + timedelta(minutes=9))
            judge_run(db, run)
            finish_run(db, run, outcome="ok", reason=None, stats={}, moment=moment + timedelta(minutes=20))
    return path


def _visit(db: Database, run: Run, visit: Visit, moment: Any) -> None:
    url = f"{SITE}/{visit.key}.htm"
    status = {"page": 200, "gone": 404, "error": 503, "same": 304}[visit.what]
    ingest(db, run, Capture(url, url, moment, status, body=shown(visit) if status == 200 else None, encoding="utf-8"))


def _fetch(db: Database, run: Run, day: Day, folder: Path, moment: Any) -> None:
    """The pictures that the day's articles show, once each."""
    names = dict.fromkeys(name for visit in day.visits if visit.what == "page" for name in visit.shows)
    for place, name in enumerate(names):
        url, when = f"{SITE}/anh/{name}", moment + timedelta(seconds=place)
        with transaction(db):
            number = ensure_image(db, url, clock.stamp(when))
        fetched = picture(folder, day.pictures[name])
        keep_picture(db, run, PictureCapture(number, when, url, 200, None, None, fetched), timedelta(days=1))


def merged(into: Path, other: Path, target: Path) -> Path:
    shutil.copy(into, target)
    if into.with_suffix(".pictures").exists():
        shutil.copytree(into.with_suffix(".pictures"), target.with_suffix(".pictures"))
    merge(target, other, pictures=target.with_suffix(".pictures"), other_pictures=other.with_suffix(".pictures"))
    with open_archive(target) as db:
        assert [(one.where, one.what) for one in verify(db)] == []
    return target


def learned_and_told(path: Path) -> tuple[Boilerplate, list[dict[str, Any]]]:
    with open_archive(path) as db:
        return boilerplate_of(db, 1), told(db)


@pytest.mark.slow
@pytest.mark.timeout(7200)
@examples(20, phases=(Phase.explicit, Phase.reuse, Phase.generate))
@given(days=DAYS, former=st.booleans())
@example(days=MOVED_AND_DOUBTED, former=False)
@example(days=TAKEN_APART, former=False)
@example(days=SAID_AGAIN, former=False)
@example(days=COPY_STANDS_IN, former=True)
@example(days=MOVED_WITH_WORDS, former=False)
@example(days=PRINTS_THAT_MOVE, former=False)
@example(days=GONE_AS_A_WHOLE, former=False)
@example(days=BACK_TO_FORMER_WORDS, former=False)
@example(days=GONE_BEFORE_IT_WAS_KNOWN, former=False)
@example(days=MOVED_AWAY_WITH_CREDITS, former=False)
@example(days=DOUBTED_AT_ANOTHER_ADDRESS, former=True)
@example(days=PICTURE_ON_THE_OTHER_FACE, former=False)
@example(days=GONE_TWICE, former=True)
@example(days=FILED_BEFORE_A_PICTURE_WAS_KNOWN, former=False)
@example(days=AS_BEFORE_BESIDE_ANOTHER_PRINT, former=False)
def test_two_machines_and_one_derive_the_same(days: list[Day], former: bool) -> None:
    """former: one of them read its pages with an older reader. What each learned of the site's own blocks is a part of
    its reader: where that differs, the histories may."""
    numbered = list(enumerate(days))
    with TemporaryDirectory() as name:
        folder = Path(name)
        alone = crawl(folder / "alone.db", numbered)
        here = crawl(folder / "here.db", [one for one in numbered if one[1].here])
        there = crawl(folder / "there.db", [one for one in numbered if not one[1].here])
        if former:
            with open_archive(there, create=True) as db:
                db.execute("UPDATE extractors SET name = name || ', an older one'")
        boilerplate, history = learned_and_told(alone)
        for target in (merged(here, there, folder / "ab.db"), merged(there, here, folder / "ba.db")):
            learned, merged_history = learned_and_told(target)
            assert learned in (boilerplate, *(learned_and_told(path)[0] for path in (here, there)))
            assert merged_history == history or learned != boilerplate
