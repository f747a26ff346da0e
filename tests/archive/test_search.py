"""Searching as Vietnamese readers do it. Every form of a name finds the article; other names do not."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from archive import Run, ingest
from archive.errors import BadQuery
from archive.search import fts_query
from archive.snippets import CLOSE, OPEN, fold, snippet
from archive.store import questions
from tests.support import Shoot, page

TEXT = "Đảng bộ huyện Tam Dương họp bàn việc làm đường làng, ngõ xóm ở xã Hoàng Đan trong mùa mưa lũ năm nay."


@pytest.fixture
def hits(db: Database, run: Run, shoot: Shoot):  # type: ignore[no-untyped-def]  # a function of one string
    ingest(db, run, shoot("https://bao.example/a-1.htm", page("Đảng bộ Tam Dương", TEXT)))
    ingest(db, run, shoot("https://bao.example/b-2.htm", page("Chợ phiên", "Chợ phiên vùng cao đông vui từ sáng sớm.")))
    return lambda words: [hit.headline for hit in questions.search(db, words)]


FORMS = [
    "Đảng bộ", "đảng bộ", "ĐẢNG BỘ", "dang bo", "Dang Bo", "đang bo", '"đảng bộ"', '"dang bo"', "hoan*", "đườ*",
    "tam duong", "Tam Dương", '"tam duong"', "đường làng", "duong lang", "hoang dan", "Hoàng Đan", "bộ đảng",
    unicodedata.normalize("NFD", "Đảng bộ Tam Dương"),
]  # fmt: skip


@pytest.mark.parametrize("words", FORMS)
def test_every_form_finds_the_article(hits, words: str) -> None:  # type: ignore[no-untyped-def]  # hits as above
    assert hits(words) == ["Đảng bộ Tam Dương"]


@pytest.mark.parametrize("words", ['"bộ đảng"', "dang ca", "tam đường xyz", '"duong tam"'])
def test_other_words_do_not(hits, words: str) -> None:  # type: ignore[no-untyped-def]  # hits as above
    assert hits(words) == []


@pytest.mark.parametrize("words", ["", "   ", '""', "*", "--", '" "'])
def test_nothing_to_search_for_is_a_sentence(words: str) -> None:
    with pytest.raises(BadQuery, match="nothing to search for"):
        fts_query(words)


@given(st.text(max_size=40))
def test_no_words_break_the_query(words: str) -> None:
    from sqlite_utils import Database

    try:
        query = fts_query(words)
    except BadQuery:
        return
    db = Database(memory=True)
    db.execute("CREATE VIRTUAL TABLE t USING fts5(x)")
    db.execute("SELECT * FROM t WHERE t MATCH ?", [query]).fetchall()
    db.close()


def test_history_finds_what_no_longer_stands(db: Database, run: Run, shoot: Shoot) -> None:
    ingest(db, run, shoot("https://bao.example/a-1.htm", page("Tổng vốn 412 tỷ đồng")))
    ingest(db, run, shoot("https://bao.example/a-1.htm", page("Tổng vốn 421 tỷ đồng"), hours=1))
    assert questions.search(db, "412") == []
    assert [(hit.number, hit.headline) for hit in questions.search(db, "412", history=True)] == [
        (1, "Tổng vốn 412 tỷ đồng")
    ]


def test_a_snippet_is_in_the_texts_own_spelling() -> None:
    assert snippet(TEXT, "duong lang", 60).count(f"{OPEN}đường{CLOSE}") == 1
    assert f"{OPEN}đường làng{CLOSE}" in snippet(TEXT, '"duong lang"', 60)
    assert snippet(TEXT, "khongco", 30).startswith("Đảng bộ")


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_folding_keeps_every_position(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert len(fold(composed)) == len(composed)
