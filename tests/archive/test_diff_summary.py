"""An edit in lines that can be quoted. Expectations were written by hand from the two texts."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from archive.diff import summarize_edit
from archive.diff.summary import Replacement, line
from archive.model.records import Image, Reading


def reading(text: str = "", headline: str = "Cầu mới", images: tuple[Image, ...] = (), **fields: object) -> Reading:
    return Reading("article", headline, text=text, images=images, **fields)  # type: ignore[arg-type]  # the caller names fields of Reading


def quotes(old: Reading, new: Reading) -> list[str]:
    return [f"{one.part}: {line(one.pieces)}" for one in summarize_edit(old, new).quotes]


def test_the_words_before_and_after_in_their_sentence() -> None:
    before = "Sáng nay trời mưa. Theo Ban quản lý, tổng mức đầu tư là {} tỷ đồng. Cầu xong năm sau."
    told = summarize_edit(reading(before.format(412)), reading(before.format(421)))
    assert [line(one.pieces) for one in told.quotes] == ["Theo Ban quản lý, tổng mức đầu tư là [-412-]{+421+} tỷ đồng."]
    assert told.numbers == (Replacement("412", "421"),)
    assert told.names == ()


def test_a_percentage_keeps_its_sign() -> None:
    old, new = reading("Cổ phiếu FLC tăng 240% trong năm."), reading("Cổ phiếu FLC tăng 24% trong năm.")
    assert summarize_edit(old, new).numbers == (Replacement("240%", "24%"),)


def test_two_sentences_of_a_paragraph_are_two_quotes_the_weightier_first() -> None:
    text = "Lễ hội {} diễn ra sáng nay. Ban tổ chức cho biết có {} người dự. Trời đẹp."
    assert quotes(reading(text.format("đã", "1.200")), reading(text.format("vừa", "12.000"))) == [
        "body: Ban tổ chức cho biết có [-1.200-]{+12.000+} người dự.",
        "body: Lễ hội [-đã-]{+vừa+} diễn ra sáng nay.",
    ]


def test_the_headline_comes_before_a_mended_word() -> None:
    old, new = reading("Đường rất rộng.", "Ông A bị bắt"), reading("Đường khá rộng.", "Ông A được tha")
    assert quotes(old, new) == ["headline: Ông A [-bị bắt-]{+được tha+}", "body: Đường [-rất-]{+khá+} rộng."]
    told = summarize_edit(old, new)
    assert told.headline is not None and told.headline.part == "headline"
    assert [one.part for one in told.below] == ["body"]


def test_names_are_named() -> None:
    text = "Chiều qua, ông {} ký quyết định."
    told = summarize_edit(reading(text.format("Nguyễn Văn Bình")), reading(text.format("Trần Đức Long")))
    assert told.names == (Replacement("Nguyễn Văn Bình", "Trần Đức Long"),)


def test_a_number_that_only_moved_is_none_that_changed() -> None:
    old = reading("Cầu dài 212 mét, nối hai bờ sông Con.\n\nDự án xong sớm một năm so với kế hoạch đề ra.")
    new = reading("Cầu nối hai bờ sông Con.\n\nDự án xong sớm một năm so với kế hoạch đề ra, dài 212 mét.")
    assert summarize_edit(old, new).numbers == ()


def test_numbers_that_are_not_one_for_one_stand_together() -> None:
    old, new = reading("Có 3 xã, 12 thôn bị ngập sau mưa."), reading("Có 5 xã bị ngập sau mưa.")
    assert summarize_edit(old, new).numbers == (Replacement("3, 12", "5"),)


def test_a_long_sentence_is_cut_around_what_changed() -> None:
    around = "một hai ba bốn năm sáu bảy tám chín mười " * 10
    (told,) = quotes(reading(f"{around}còn 5 người {around}hết."), reading(f"{around}còn 7 người {around}hết."))
    assert told.startswith("body: … ") and told.endswith(" …")
    assert "còn [-5-]{+7+} người" in told
    assert len(told) < 220


def test_a_paragraph_put_in_is_told_by_its_beginning() -> None:
    added = "Ông Long nói sẽ trả lại tiền. " * 20
    (told,) = quotes(reading("Một câu đứng yên."), reading(f"Một câu đứng yên.\n\n{added.strip()}"))
    assert told.startswith("body: {+Ông Long nói sẽ trả lại tiền. ") and told.endswith(" …+}")


def test_a_paragraph_that_was_only_moved_is_told() -> None:
    one, two = "Đoạn thứ nhất nói về cây cầu mới.", "Đoạn thứ hai nói về con đường cũ."
    (told,) = summarize_edit(reading(f"{one}\n\n{two}"), reading(f"{two}\n\n{one}")).quotes
    assert told.kind == "moved" and all(piece.operation == "equal" for piece in told.pieces)


@pytest.mark.parametrize(
    ("old", "new", "kind", "said"),
    [
        (("a.jpg", "Cầu cũ"), ("b.jpg", "Cầu mới"), "replaced", ["caption: Cầu [-cũ-]{+mới+}"]),
        (None, ("b.jpg", "Cầu mới"), "added", []),
        (("a.jpg", "Cầu cũ"), None, "removed", []),
    ],
)
def test_pictures_before_and_after(
    old: tuple[str, str] | None, new: tuple[str, str] | None, kind: str, said: list[str]
) -> None:
    """The caption of a picture that came or went stands with the picture."""
    before, after = ((Image(f"https://bao.vn/{one[0]}", one[1]),) if one else () for one in (old, new))
    told = summarize_edit(reading(images=before), reading(images=after))
    (pair,) = told.pictures
    assert (pair.kind, pair.old, pair.new) == (kind, next(iter(before), None), next(iter(after), None))
    assert [f"{one.part}: {line(one.pieces)}" for one in told.quotes] == said


def test_a_published_time() -> None:
    times = [datetime(2026, 5, 20, hour, tzinfo=UTC) for hour in (8, 9)]
    (told,) = summarize_edit(*(reading(published_at=time) for time in times)).quotes
    assert (told.part, line(told.pieces)) == ("published", "[-2026-05-20T08:00:00+00:00-]{+2026-05-20T09:00:00+00:00+}")


def test_nothing_changed() -> None:
    told = summarize_edit(reading("Một câu."), reading("Một  câu."))
    assert (told.quotes, told.numbers, told.names, told.pictures, told.weight) == ((), (), (), (), 0)
