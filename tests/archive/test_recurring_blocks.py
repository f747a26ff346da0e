"""What recurs across an outlet's articles is furniture; what one article says twice, or three articles say, is not."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from sqlite_utils import Database

from archive import Run, ingest, start_run
from archive.model.records import Block, Image, Reading
from archive.pipeline.history_filing import judge_run
from archive.pipeline.verification import verify
from archive.queries import lookup
from archive.storage.version_texts import learn_boilerplate
from archive.text.recurring_blocks import Boilerplate, learn, learn_from_changes, without, without_labels
from tests.support import NOON, PAPER, Shoot

NOTICE = "Bạn đọc gửi ý kiến về tòa soạn theo địa chỉ in ở trang tám."
APP = Image("https://bao.example/app/w300/tai-ung-dung.png")


def article(number: int, *extra: str, image: Image | None = None) -> Reading:
    texts = (f"Câu chuyện thứ {number} ở xã {number}.", *extra)
    blocks = [Block("paragraph", text) for text in texts]
    images = (Image(f"https://bao.example/anh/{number}.jpg", f"Ảnh {number}"), *((image,) if image else ()))
    pictures = [Block("image", image=index) for index in range(len(images))]
    return Reading("article", f"Bài {number}", text="\n\n".join(texts), blocks=(*blocks, *pictures), images=images)


def test_what_recurs_is_learned_and_taken_out() -> None:
    boilerplate = learn(article(n, NOTICE, image=APP) for n in range(10))
    clean = without(article(99, NOTICE, image=APP), boilerplate)
    assert clean.text == "Câu chuyện thứ 99 ở xã 99."
    assert [image.caption for image in clean.images] == ["Ảnh 99"]
    assert [(block.kind, block.text, block.image) for block in clean.blocks] == [
        ("paragraph", "Câu chuyện thứ 99 ở xã 99.", None),
        ("image", "", 0),
    ]


def test_the_same_advert_in_another_size_is_the_same_advert() -> None:
    boilerplate = learn(article(n, image=APP) for n in range(10))
    larger = Image("https://cdn.bao.example/app/w600/tai-ung-dung.png")
    assert [image.caption for image in without(article(1, image=larger), boilerplate).images] == ["Ảnh 1"]


def test_what_four_articles_say_stays() -> None:
    readings = [article(n, NOTICE) if n < 4 else article(n) for n in range(50)]
    assert learn(readings) == Boilerplate()


def test_what_one_article_repeats_stays() -> None:
    assert learn([article(1, NOTICE, NOTICE, NOTICE, NOTICE, NOTICE, NOTICE)]) == Boilerplate()


def test_a_formula_of_a_few_among_many_stays() -> None:
    readings = [article(n, NOTICE) if n < 7 else article(n) for n in range(200)]
    assert learn(readings) == Boilerplate()


def states(*readings: Reading, days: int = 0) -> list[tuple[datetime, Reading]]:
    """What an article said, a day after another."""
    return [(NOON + timedelta(days=days + number), reading) for number, reading in enumerate(readings)]


@pytest.mark.parametrize(
    ("edited", "looked_at", "learned"),
    [
        (4, 20, False), (5, 20, True), (20, 20, True), (5, 21, False), (4, 19, False), (5, 19, True), (4, 17, False), (4, 15, True),
        (4, 12, True), (3, 8, False), (3, 7, False), (4, 8, True), (2, 2, False), (3, 6, True), (3, 3, True),
    ],
)  # fmt: skip
@pytest.mark.parametrize("leaves", [False, True])
def test_what_comes_into_many_articles_at_once_or_leaves_them_is_learned(
    edited: int, looked_at: int, learned: bool, leaves: bool
) -> None:
    """Not what a few get, which an editor may have written."""
    changes = {f"{n}": states(*[article(n, NOTICE), article(n)][:: 1 if leaves else -1]) for n in range(edited)}
    changes |= {f"{n}": states(article(n, NOTICE), article(n, NOTICE, "Thêm.")) for n in range(20, 20 + edited // 3)}
    assert bool(learn_from_changes(changes, lambda *_: looked_at, Boilerplate()).marks) == learned


def test_what_comes_into_a_third_and_leaves_it_again_is_learned() -> None:
    changes = {f"{n}": states(article(n), article(n, NOTICE), article(n)) for n in range(4)}
    assert learn_from_changes(changes, lambda *_: 12, Boilerplate()).marks
    assert not learn_from_changes(
        {"0": changes["0"]}, lambda *_: 2, Boilerplate()
    ).marks  # one editor's second thoughts


@pytest.mark.parametrize(
    ("articles", "looked_at", "learned"), [(4, 8, True), (3, 8, False), (5, 20, True), (1, 1, False)]
)
@pytest.mark.parametrize("counter", ["Bài này đã được đọc {} lần.", "{} người đang xem bài này, {} lượt thích"])
def test_a_line_that_counts_on_in_several_articles_is_learned_whatever_its_number(
    articles: int, looked_at: int, learned: bool, counter: str
) -> None:
    counted = [counter.replace("{}", number) for number in ("9", "1.204", "22,075")]
    changes = {f"{n}": states(*(article(n, line) for line in counted[:2])) for n in range(articles)}
    known = learn_from_changes(changes, lambda *_: looked_at, Boilerplate())
    assert (without(article(7, counted[2]), known).text == article(7).text) is learned
    assert without(article(7, counter.replace("{}", "mười")), known) == article(7, counter.replace("{}", "mười"))


def test_numbers_that_an_editor_corrects_in_several_articles_are_their_own() -> None:
    changes = {f"{n}": states(article(n, f"Xã {n} có 12 hộ."), article(n, f"Thôn {n}: 13 hộ.")) for n in range(4)}
    assert not learn_from_changes(changes, lambda *_: 4, Boilerplate()).marks


def test_what_articles_get_one_after_the_other_or_from_one_another_is_theirs() -> None:
    one_a_day = {f"{n}": states(article(n), article(n, NOTICE), days=n) for n in range(4)}
    assert not learn_from_changes(one_a_day, lambda *_: 4, Boilerplate()).marks
    exchanged = {f"{n}": states(article(n), article((n + 1) % 4)) for n in range(4)}
    assert not learn_from_changes(exchanged, lambda *_: 4, Boilerplate()).marks
    rewritten = {f"{n}": states(article(n, NOTICE), article(n, f"Còn thôn {n} thì chưa gặt.")) for n in range(4)}
    assert not learn_from_changes(rewritten, lambda *_: 4, Boilerplate()).marks


def test_a_note_of_a_correction_is_an_editor_s_in_however_many_articles() -> None:
    note = "Đính chính: bản tin trước ghi nhầm tên vị chủ tịch xã."
    changes = {f"{n}": states(article(n), replace(article(n, note), correction=note)) for n in range(12)}
    assert not learn_from_changes(changes, lambda *_: 12, Boilerplate()).marks
    assert not learn(readings[1][1] for readings in changes.values()).marks


def test_learning_is_deterministic_and_only_grows() -> None:
    first = learn(article(n, NOTICE) for n in range(10))
    again = learn(article(n, NOTICE) for n in reversed(range(10)))
    assert first == again
    assert first.digest == again.digest
    assert learn((article(n) for n in range(10)), first) == first


def test_what_is_not_there_changes_nothing() -> None:
    reading = article(1)
    assert without(reading, learn(article(n, NOTICE) for n in range(10))) is reading


STORY = (
    "Chuyến đò cuối cùng của ông lái họ Vương số {n} cập bến Hạ lúc năm giờ chiều, chở theo mười hai người và hai xe đạp.",
    "Con gái ông, cô giáo lớp {n}, đứng đợi trên bờ cùng học trò, tay cầm bó hoa cải vừa hái ở bãi bồi bên kia sông.",
    "Từ ngày mai, khách qua sông sẽ đi cầu; con đò số {n} được kéo lên bờ, lật úp dưới gốc gạo đầu làng.",
)


def page(number: int) -> str:
    texts = "".join(f"<p>{text.format(n=number)}</p>" for text in STORY)
    return f"<html><head><title>Đò {number}</title></head><body><article><h1>Chuyến đò thứ {number}</h1>{texts}<p>{NOTICE}</p></article></body></html>"


def test_an_outlet_s_standing_notice_is_learned_and_makes_no_edit(db: Database, run: Run, shoot: Shoot) -> None:
    for number in range(20):
        ingest(db, run, shoot(f"https://bao.example/do-{number}.htm", page(number)))
    assert NOTICE in lookup.reading_of(db, 1)[1].text
    learned = learn_boilerplate(db, run, NOON)
    assert learned is not None
    assert learn_boilerplate(db, run, NOON) is None  # not twice in a week
    ingest(db, run, shoot("https://bao.example/do-0.htm", page(0).replace("<body>", "<body><i>09:00</i>"), hours=1))
    assert NOTICE not in lookup.reading_of(db, 1)[1].text
    assert db.execute("SELECT max(number) FROM versions").fetchone() == (1,)
    assert "furniture sha256:" in lookup.reading_of(db, 1)[1].extractor


def _bare(number: int, extra: str = "", picture: str = "") -> str:
    texts = "".join(f"<p>{text.format(n=number)}</p>" for text in STORY)
    figure = f'<figure><img src="{picture or f"/anh/{number}.jpg"}" width="640" height="400"></figure>'
    return f"<html><head><title>Đò {number}</title></head><body><article><h1>Chuyến đò thứ {number}</h1>{texts}{figure}{extra}</article></body></html>"


def _edits(db: Database) -> list[tuple[str, str, str]]:
    rows = db.execute(
        "SELECT url, changed, versions.first_seen_at FROM versions JOIN articles ON articles.id = article_id"
        " WHERE number > 1 ORDER BY 1"
    )
    return [(url.rpartition("-")[2], changed, at[:10]) for url, changed, at in rows.fetchall()]


def _look(db: Database, shoot: Shoot, day: int, pages: list[str]) -> None:
    run = start_run(db, PAPER, {}, NOON + timedelta(days=day))
    for number, body in enumerate(pages):
        ingest(db, run, shoot(f"https://bao.example/do-{number}", body, 24 * day + number / 1000))
    judge_run(db, run)


@pytest.mark.parametrize(("articles", "every"), [(21, 3), (21, 1), (12, 3), (12, 1), (8, 2), (5, 1)])
def test_a_line_that_many_articles_get_is_no_edit_and_an_edit_beside_it_is_one(
    db: Database, shoot: Shoot, articles: int, every: int
) -> None:
    notice, edit = f"<p>{NOTICE}</p>", "<p>Ông Vương được tặng bằng khen vào dịp cuối năm.</p>"
    numbers = range(articles)
    _look(db, shoot, 0, [_bare(n) for n in numbers])
    _look(db, shoot, 1, [_bare(n, (edit if n == 0 else "") + ("" if n % every else notice)) for n in numbers])
    assert _edits(db) in ([("0", "body", "2026-05-21")], [])  # doubted where nearly all articles have changed
    _look(db, shoot, 2, [_bare(n, edit if n in (0, 2) else "") for n in numbers])
    _look(db, shoot, 3, [_bare(n, edit if n in (0, 2) else "") for n in numbers])
    assert [(number, changed) for number, changed, _ in _edits(db)] == [("0", "body"), ("2", "body")]
    assert list(verify(db)) == []


_FIRST = "<p>Chuyến đò cuối cùng"
WALL = "Mời bạn tải ứng dụng của báo để xem trọn bài này và hàng nghìn bài khác."
CHANGES: dict[str, Callable[[str, int], str]] = {
    "a label before headlines": lambda body, n: body.replace("<h1>", "<h1>(Video) "),
    "a sign before headlines": lambda body, n: body.replace("<h1>", "<h1>🔴 "),
    "the section behind headlines": lambda body, n: body.replace("</h1>", f" | {('Chính trị', 'Đời sống')[n % 2]}</h1>"),
    "headlines in capitals": lambda body, n: body.replace(f"Chuyến đò thứ {n}", f"CHUYẾN ĐÒ THỨ {n}"),
    "where it was written before the text": lambda body, n: body.replace(_FIRST, _FIRST.replace("<p>", "<p>Bến Hạ (BT) – ")),
    "a wall in the place of the text": lambda body, n: _in_place_of_the_text(body, WALL),
    "a wall with a number": lambda body, n: _in_place_of_the_text(body, f"Mã yêu cầu {7 * n}: hãy chọn mọi ô có đèn."),
    "a wall below the beginning of the text": lambda body, n: _in_place_of_the_text(body, WALL, kept=1),
}  # fmt: skip


def _in_place_of_the_text(body: str, wall: str, *, kept: int = 0) -> str:
    before, *paragraphs = body.split("<p>")
    figure = re.search("<figure>.*</figure>", body)
    assert figure is not None
    return "<p>".join([before, *paragraphs[:kept], f"{wall}</p>{figure[0]}</article></body></html>"])


@pytest.mark.parametrize(("articles", "every"), [(24, 3), (21, 1), (12, 2), (6, 1)])
@pytest.mark.parametrize("change", CHANGES)
def test_what_the_site_does_to_many_articles_for_two_days_is_no_edit(
    db: Database, shoot: Shoot, change: str, articles: int, every: int
) -> None:
    edit = "<p>Ông Vương được tặng bằng khen vào dịp cuối năm.</p>"
    for day in range(5):
        edited = [_bare(n, edit if n in (1, 2) and day >= 2 * n - 1 else "") for n in range(articles)]
        _look(db, shoot, day, [
            CHANGES[change](body, n) if day in (1, 2) and n % every == 0 else body for n, body in enumerate(edited)
        ])  # fmt: skip
    assert [(number, changed) for number, changed, _ in _edits(db)] == [("1", "body"), ("2", "body")]
    assert list(verify(db)) == []


def test_labels_beside_authors_and_pictures_are_learned() -> None:
    def labelled(n: int, role: str, credit: str | None, caption: str) -> Reading:
        return Reading(
            "article", f"Bài {n}", authors=(f"Tác giả {n}", role) if role else (f"Tác giả {n}",),
            images=(Image(f"https://bao.example/anh/{n}.jpg", f"Ảnh {n}{caption}", credit),),
        )  # fmt: skip

    flags = ("furniture-removed",)
    bare = [labelled(n, "", None, "") for n in range(5)]
    changes = {f"{n}": states(bare[n], labelled(n, "Phóng viên", "Báo Thử", " (tư liệu)")) for n in range(4)}
    known = learn_from_changes(changes, lambda *_: 4, Boilerplate())
    assert without(labelled(4, "Phóng viên", "Báo Thử", " (tư liệu)"), known) == replace(bare[4], flags=flags)
    assert without(labelled(4, "Phóng viên", "Hà Thu", ""), known) == replace(
        bare[4], images=(Image("https://bao.example/anh/4.jpg", "Ảnh 4", "Hà Thu"),), flags=flags
    )


@pytest.mark.parametrize("headline", ["Bài {}: (Cập nhật)", "Tin chiều: Bài {}"])
@pytest.mark.parametrize("articles", [1, 2])
def test_what_an_editor_puts_beside_a_headline_or_two_is_an_edit(
    db: Database, shoot: Shoot, headline: str, articles: int
) -> None:
    for day in range(3):
        _look(db, shoot, day, [
            _bare(n).replace(f"Chuyến đò thứ {n}", headline.format(n) if day and n < articles else f"Bài {n}")
            for n in range(4)
        ])  # fmt: skip
    assert [(number, changed) for number, changed, _ in _edits(db)] == [(f"{n}", "headline") for n in range(articles)]


@pytest.mark.parametrize(
    "note",
    [
        "Đính chính: bản tin trước ghi nhầm tên người lái đò.", "Cập nhật 15 giờ: con đò đã được kéo lên bờ.",
        "Tòa soạn xin lỗi bạn đọc vì đã ghi nhầm tên người lái đò.",
    ],
)  # fmt: skip
def test_a_note_that_four_articles_of_a_small_paper_get_is_an_edit_of_each(
    db: Database, shoot: Shoot, note: str
) -> None:
    _look(db, shoot, 0, [_bare(n) for n in range(8)])
    for day in (1, 2, 9):
        _look(db, shoot, day, [_bare(n, f"<p>{note}</p>" if n < 4 else "") for n in range(8)])
    assert _edits(db) == [(f"{n}", "body", "2026-05-21") for n in range(4)]


def test_a_counter_in_all_articles_of_a_small_paper_makes_no_edit_and_hides_none(db: Database, shoot: Shoot) -> None:
    edit = "<p>Ông Vương được tặng bằng khen vào dịp cuối năm.</p>"
    for day in range(4):
        counted = [f"<p>Bài này đã được đọc {37 * n + 101 * day} lần.</p>" for n in range(6)]
        _look(db, shoot, day, [_bare(n, counted[n] + (edit if day and n == 4 else "")) for n in range(6)])
    assert _edits(db) == [("4", "body", "2026-05-21")]
    assert list(verify(db)) == []


def test_a_line_that_came_into_all_articles_and_stays_is_no_edit(db: Database, shoot: Shoot) -> None:
    _look(db, shoot, 0, [_bare(n) for n in range(21)])
    for day in (1, 2):
        _look(db, shoot, day, [_bare(n, f"<p>{NOTICE}</p>") for n in range(21)])
    assert _edits(db) == []


def test_a_placeholder_that_a_third_of_the_articles_show_for_a_day_is_no_edit(db: Database, shoot: Shoot) -> None:
    _look(db, shoot, 0, [_bare(n) for n in range(21)])
    _look(db, shoot, 1, [_bare(n, picture="" if n % 3 else "/anh/mac-dinh.jpg") for n in range(21)])
    assert _edits(db) == []
    _look(db, shoot, 2, [_bare(n, picture="/anh/moi.jpg" if n == 4 else "") for n in range(21)])
    assert _edits(db) == [("4", "pictures", "2026-05-22")]
    assert list(verify(db)) == []


def test_what_is_learned_from_edits_names_all_articles_of_the_outlet(db: Database, shoot: Shoot) -> None:
    """Not those that the run looked at: the outlet would seem to have grown, and be learned from anew in each run."""
    _look(db, shoot, 0, [_bare(n) for n in range(40)])
    _look(db, shoot, 1, [_bare(n, "" if n % 3 else f"<p>{NOTICE}</p>") for n in range(21)])
    assert db.execute("SELECT article_count FROM furniture").fetchall() == [(40,)]


def test_a_label_that_is_all_of_a_byline_leaves_no_author() -> None:
    reading = Reading("article", "Cầu mới", byline="Ban Biên tập", authors=("Ban Biên tập",))
    bare = without_labels(reading, ["label byline alone Ban Biên tập"])
    assert (bare.byline, bare.authors) == (None, ())
