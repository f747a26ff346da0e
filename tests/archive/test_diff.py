"""What changed, word by word. Expectations were written by hand from the two texts."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from archive.diff import Change, Piece, compare, words
from archive.records import Image, Reading


def reading(text: str = "", headline: str = "Cầu mới", images: tuple[Image, ...] = (), **fields: str) -> Reading:
    return Reading("article", headline, text=text, images=images, **fields)  # type: ignore[arg-type]  # the caller names fields of Reading


def told(change: Change) -> str:
    marks = {"equal": "{}", "removed": "[-{}-]", "added": "{{+{}+}}"}
    return change.part + ": " + "".join(marks[piece.operation].format(piece.text) for piece in change.pieces)


def test_nothing_changed() -> None:
    assert compare(reading("Một\n\nHai"), reading("Một\n\nHai")) == ()


def test_a_number() -> None:
    (change,) = compare(reading("Tổng vốn 412 tỷ đồng."), reading("Tổng vốn 421 tỷ đồng."))
    assert told(change) == "body: Tổng vốn [-412-]{+421+} tỷ đồng."


def test_words_are_whole_words() -> None:
    (change,) = compare(reading(headline="Khánh thành cầu Bến Gót"), reading(headline="Thông xe cầu Bến Gót"))
    assert told(change) == "headline: [-Khánh thành-]{+Thông xe+} cầu Bến Gót"


def test_a_paragraph_put_in_and_one_taken_out() -> None:
    old = reading("Sáng nay trời mưa to ở Tam Sông.\n\nĐường ngập.")
    new = reading("Đường ngập.\n\nGiáo viên đón học sinh bằng thuyền từ bến cũ.")
    assert [told(change) for change in compare(old, new)] == [
        "body: [-Sáng nay trời mưa to ở Tam Sông.-]",
        "body: {+Giáo viên đón học sinh bằng thuyền từ bến cũ.+}",
    ]


def test_an_edited_paragraph_is_not_taken_for_another() -> None:
    old = reading("Cầu dài 212 mét, rộng 9 mét.\n\nXe buýt chạy tám chuyến mỗi ngày.")
    new = reading("Cầu dài 212 mét, rộng 12 mét.\n\nXe buýt chạy mười chuyến mỗi ngày.")
    assert [told(change) for change in compare(old, new)] == [
        "body: Cầu dài 212 mét, rộng [-9-]{+12+} mét.",
        "body: Xe buýt chạy [-tám-]{+mười+} chuyến mỗi ngày.",
    ]


def test_a_replaced_picture_with_its_caption() -> None:
    old = reading(images=(Image("https://bao.vn/anh/cau-cu.jpg", "Cầu cũ", "Hà Thu"),))
    new = reading(images=(Image("https://bao.vn/anh/cau-moi.jpg", "Cầu mới", "Hà Thu"),))
    assert [told(change) for change in compare(old, new)] == [
        "picture: [-https://bao.vn/anh/cau-cu.jpg-]{+https://bao.vn/anh/cau-moi.jpg+}",
        "caption: Cầu [-cũ-]{+mới+}",
    ]


def test_the_same_picture_in_another_size_is_no_change() -> None:
    old = reading(images=(Image("https://i.bao.vn/w660/cau.jpg", "Cầu"),))
    assert compare(old, reading(images=(Image("https://i.bao.vn/w1200/cau.jpg", "Cầu"),))) == ()


def test_a_corrected_credit() -> None:
    old, new = (reading(images=(Image("https://bao.vn/c.jpg", "Cầu", name),)) for name in ("Hà Thu", "Hà Thư"))
    assert [told(change) for change in compare(old, new)] == ["credit: Hà [-Thu-]{+Thư+}"]


