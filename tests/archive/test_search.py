"""Searching as Vietnamese readers do it. Every form of a name finds the article; other names do not."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlite_utils import Database

from archive import Capture, Reading, Run, ingest, open_archive, start_run
from archive.extract import extractor_name
from archive.model.errors import BadQuery
from archive.model.records import Block
from archive.pipeline.ingest import file_reading
from archive.queries import article_search
from archive.queries.article_search import ArticleFilter
from archive.storage.captures import capture_writer
from archive.storage.captures.kept_captures import Source
from archive.text.search_query import CLOSE, OPEN, fts_query, snippet, without_diacritics
from tests.support import NOON, PAPER, Shoot, page

TEXT = "Đảng bộ huyện Tam Dương họp bàn việc làm đường làng, ngõ xóm ở xã Hoàng Đan trong mùa mưa lũ năm nay."


@pytest.fixture
def hits(db: Database, run: Run, shoot: Shoot):  # type: ignore[no-untyped-def]  # a function of one string
    ingest(db, run, shoot("https://bao.example/a-1.htm", page("Đảng bộ Tam Dương", TEXT)))
    ingest(db, run, shoot("https://bao.example/b-2.htm", page("Chợ phiên", "Chợ phiên vùng cao đông vui từ sáng sớm.")))
    return lambda words: [hit.headline for hit in article_search.search(db, words)]


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


@pytest.mark.parametrize(
    ("words", "found"),
    [
        ("phiên OR đường", ["Chợ phiên", "Đảng bộ Tam Dương"]),
        ('"chợ phiên" OR "dang bo" huyen', ["Đảng bộ Tam Dương"]),  # OR binds its neighbours, all else must occur
        ("phiên or đường", []),  # only in capitals
        ("phiên OR", ["Chợ phiên"]),
        ("OR phiên", ["Chợ phiên"]),
        ("cầu -duong", ["Chợ phiên"]),  # both pages speak of a bridge
        ('cầu -"tam duong"', ["Chợ phiên"]),
        ("cầu -phiên -duong", []),
        ("cầu-dài", ["Chợ phiên", "Đảng bộ Tam Dương"]),  # a minus inside a word excludes nothing
    ],
)
def test_either_and_without(hits, words: str, found: list[str]) -> None:  # type: ignore[no-untyped-def]  # hits as above
    assert sorted(hits(words)) == found


TONES = [("hoà", "hòa"), ("thuỷ", "thủy"), ("uỷ", "ủy"), ("khoẻ", "khỏe"), ("Hoà Bình", "Hòa Bình"), ("tuý", "túy")]


@pytest.mark.parametrize(("old", "new"), [*TONES, *[(new, old) for old, new in TONES]])
def test_a_tone_may_stand_where_it_stood_before_the_reform(
    db: Database, run: Run, shoot: Shoot, old: str, new: str
) -> None:
    ingest(
        db, run, shoot("https://bao.example/a-1.htm", page("Tin ngắn", f"Đoàn đến {old} trong sáng nay cùng bà con."))
    )
    for words in (new, f'"den {new}"', unicodedata.normalize("NFD", new)):
        assert [hit.headline for hit in article_search.search(db, words)] == ["Tin ngắn"]
        shown = snippet(article_search.search(db, words)[0].text, words).replace(f"{CLOSE} {OPEN}", " ")
        assert f"{old}{CLOSE}" in shown


HOSTILE = [
    "\0", "a\0b", "'", "''", '"', '"""', "(", ")(", "a AND", "NOT", "NEAR(a b)", "headline:a", "{headline}:a", "^a", "a^",
    "+", "a + b", "* *", "***", "🙂", "🙂🙂 🙂", "﷽", "'; DROP TABLE articles; --", "%", "_", "__", "\ud800", "-", "- -a",
    "-a", "OR", "OR OR", "a OR -b", "\u0301", "x" * 1_999, "x " * 40, '"' * 2_000, "-" * 2_000, "OR " * 500, "dd* đđ*",
    '"' + "d " * 40 + '"', "\u202e", "a\u0000*",
]  # fmt: skip


@pytest.fixture(scope="module")
def indexes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    with open_archive(tmp_path_factory.mktemp("search") / "archive.db", create=True) as opened:
        moment = start_run(opened, PAPER, {}, NOON)
        ingest(
            opened,
            moment,
            Capture("https://bao.example/a.htm", "https://bao.example/a.htm", NOON, 200, body=page().encode()),
        )
        yield opened


@pytest.mark.parametrize("words", HOSTILE, ids=lambda words: repr(words)[:20])
def test_hostile_words_are_found_or_refused(indexes: Database, words: str) -> None:
    try:
        article_search.search(indexes, words)
        article_search.search(indexes, words, history=True, article_filter=ArticleFilter(outlet="\0"))
        snippet(TEXT, words)
    except BadQuery as error:
        assert len(str(error)) < 200


@pytest.mark.parametrize("words", ["a" * 100_000, "a " * 50_000, '"' + "a " * 50_000, "a " * 65, "(" * 100_000])
def test_too_much_is_refused_with_a_sentence(words: str) -> None:
    with pytest.raises(BadQuery, match="too many"):
        fts_query(words)


def test_a_star_behind_one_letter_is_refused() -> None:
    with pytest.raises(BadQuery, match="a star needs 2 letters"):
        fts_query("chợ p*")


@pytest.fixture
def ordered(db: Database, run: Run, shoot: Shoot) -> None:
    """Five articles, all of which hold `huyện`; the first and the third have it in the headline."""
    headlines = ("Đường làng huyện Tam Sông", "Cầu mới", "Huyện Tam Sông được mùa", "Chợ phiên", "Mưa lớn")
    for number, headline in enumerate(headlines):
        body = f"Bài {number}: huyện Tam Sông sáng nay có tin về việc số {number * 7} trong năm."
        ingest(db, run, shoot(f"https://bao.example/{number}.htm", page(headline, body), hours=number))


@pytest.mark.usefixtures("ordered")
@pytest.mark.parametrize("words", ["huyện", "huyen", '"huyện Tam"', "HUYEN song"])
def test_headlines_come_first_then_the_newest(db: Database, words: str) -> None:
    found = [hit.headline for hit in article_search.search(db, words)]
    assert found == ["Huyện Tam Sông được mùa", "Đường làng huyện Tam Sông", "Mưa lớn", "Chợ phiên", "Cầu mới"]
    assert [hit.headline for hit in article_search.search(db, words, limit=1)] == found[:1]
    assert [hit.headline for hit in article_search.search(db, words, limit=3)] == found[:3]
    assert [hit.headline for hit in article_search.search(db, words, limit=-1)] == found
    assert article_search.search(db, words, limit=0) == []


def test_the_lead_comes_after_the_headline_and_before_the_text(db: Database, run: Run) -> None:
    def file(name: str, headline: str, lead: str, text: str) -> None:
        url = f"https://bao.example/{name}.htm"
        kept = capture_writer.keep(db, run, Capture(url, url, NOON, 200, body=name.encode()))
        reading = Reading("article", headline, lead, text, (Block("paragraph", text),), extractor=extractor_name())
        file_reading(db, Source(kept.capture_id, run, kept.url_key, url, NOON), reading)

    file("dau", "Đê mới", "Tin.", "Bài dài.")
    file("sapo", "Tin sáng", "Con đê cũ.", "Bài dài.")
    file("hai", "Mùa mưa", "Trời mưa.", "Con đê dài trong mưa.")
    file("lu", "Mưa", "Mưa trên đê.", "Bài dài.")
    file("bai", "Tin chiều", "Tin.", "Con đê ngắn.")
    assert [hit.headline for hit in article_search.search(db, "de")] == [
        "Đê mới",
        "Mưa",
        "Tin sáng",
        "Tin chiều",
        "Mùa mưa",
    ]
    assert [hit.headline for hit in article_search.search(db, "mưa đê")] == ["Mưa", "Mùa mưa"]
    assert [hit.headline for hit in article_search.search(db, "đê -mưa")] == ["Đê mới", "Tin sáng", "Tin chiều"]


@pytest.mark.usefixtures("ordered")
def test_a_d_in_the_headline_is_found_typed_without_its_stroke(db: Database) -> None:
    assert next(iter(article_search.search(db, "duong OR bai"))).headline == "Đường làng huyện Tam Sông"
    found = [hit.headline for hit in article_search.search(db, "song -duong")]
    assert found == ["Huyện Tam Sông được mùa", "Mưa lớn", "Chợ phiên", "Cầu mới"]


@pytest.mark.usefixtures("ordered")
def test_outlet_and_history_hold_in_every_step(db: Database, run: Run, shoot: Shoot) -> None:
    edited = page("Mưa lớn, huyện thiệt hại", "Bài 4: huyện Tam Sông sáng nay có tin về việc số 28 trong năm.")
    ingest(db, run, shoot("https://bao.example/4.htm", edited, hours=9))
    assert [hit.headline for hit in article_search.search(db, "huyện", limit=2)] == [
        "Mưa lớn, huyện thiệt hại",
        "Huyện Tam Sông được mùa",
    ]
    assert len(article_search.search(db, "huyện")) == 5
    assert len(article_search.search(db, "huyện", history=True)) == 6
    assert article_search.search(db, "huyện", article_filter=ArticleFilter(outlet="other")) == []
    assert len(article_search.search(db, "huyện", article_filter=ArticleFilter(outlet="bao"))) == 5


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
    assert article_search.search(db, "412") == []
    assert [(hit.number, hit.headline) for hit in article_search.search(db, "412", history=True)] == [
        (1, "Tổng vốn 412 tỷ đồng")
    ]


def test_a_snippet_is_in_the_texts_own_spelling() -> None:
    assert snippet(TEXT, "duong lang", 60).count(f"{OPEN}đường{CLOSE}") == 1
    assert f"{OPEN}đường làng{CLOSE}" in snippet(TEXT, '"duong lang"', 60)
    assert snippet(TEXT, "khongco", 30).startswith("Đảng bộ")


def test_a_snippet_shows_where_the_words_stand_together() -> None:
    apart = "Chợ họp sớm. " + "Tin trong ngày. " * 20 + "Cầu xong. " + "Tin trong ngày. " * 20
    together = "Ra chợ phải qua cầu. "
    shown = snippet(apart + together + "Tin trong ngày. " * 20, "chợ cầu", 80)
    assert f"{OPEN}chợ{CLOSE} phải qua {OPEN}cầu{CLOSE}" in shown


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=60))
def test_folding_keeps_every_position(text: str) -> None:
    composed = unicodedata.normalize("NFC", text)
    assert len(without_diacritics(composed)) == len(composed)
