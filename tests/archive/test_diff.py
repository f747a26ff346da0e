"""What changed, word by word. Expectations were written by hand from the two texts."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from archive.diff import Change, compare, size
from archive.model.records import Block, Image, Reading


def reading(text: str = "", headline: str = "Cầu mới", images: tuple[Image, ...] = (), **fields: object) -> Reading:
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


P = ("Sáng nay trời mưa to ở huyện Tam Sông, nước lên nhanh.", "Bà Nguyễn Thị Mận, 71 tuổi, kể lại trận lụt năm trước.",
     "Tuyến xe buýt đầu tiên qua cầu sẽ chạy vào đầu tháng sau.", "Tỉnh cấp vốn 412 tỷ đồng cho hai xã ven sông.")  # fmt: skip


def body(old: list[str], new: list[str]) -> list[str]:
    """The changes of the body, each with its kind and its places before and after."""
    changes = compare(reading("\n\n".join(old)), reading("\n\n".join(new)))
    return [f"{c.kind} {list(c.old)} {list(c.new)} {told(c).removeprefix('body: ')}" for c in changes]


def test_a_paragraph_that_moved_is_told_as_moved() -> None:
    assert body([P[0], P[1], P[2], P[3]], [P[3], P[0], P[1], P[2]]) == [f"moved [4] [1] {P[3]}"]


def test_a_paragraph_edited_on_the_way_is_still_the_one_that_moved() -> None:
    assert body([P[0], P[1], P[3]], [P[3].replace("412", "421"), P[0], P[1]]) == [
        "moved [3] [1] Tỉnh cấp vốn [-412-]{+421+} tỷ đồng cho hai xã ven sông."
    ]


def test_a_paragraph_cut_in_two() -> None:
    assert body([P[0], f"{P[1]} {P[2]}", P[3]], [P[0], P[1], P[2], P[3]]) == [
        f"split [2] [2, 3] {P[1]}[- -]{{+\n+}}{P[2]}"
    ]


def test_a_paragraph_cut_in_three_with_a_word_changed() -> None:
    (change,) = body([" ".join(P[:3])], [P[0], P[1].replace("71", "72"), P[2]])
    assert change == f"split [1] [1, 2, 3] {P[0]}[- -]{{+\n+}}{P[1].replace('71', '[-71-]{+72+}')}[- -]{{+\n+}}{P[2]}"


def test_paragraphs_drawn_together() -> None:
    assert body([P[0], P[1], P[2]], [P[0], f"{P[1]} {P[2]}"]) == [f"merged [2, 3] [2] {P[1]}[-\n-]{{+ +}}{P[2]}"]


def test_numbers_and_dates_stay_whole() -> None:
    assert body(["Vốn 1.234,5 tỷ, ngày 20/5/2026, lúc 8:15."], ["Vốn 1.334,5 tỷ, ngày 21/5/2026, lúc 8:45."]) == [
        "edited [1] [1] Vốn [-1.234,5-]{+1.334,5+} tỷ, ngày [-20/5/2026-]{+21/5/2026+}, lúc [-8:15-]{+8:45+}."
    ]


def test_no_confetti() -> None:
    """A sentence of which only `của` and a comma stayed in the middle is one sentence out and one in."""
    old = "Theo báo cáo, các xã đã góp đất, tiền của người dân hai bờ sông trong mùa thu."
    new = "Theo báo cáo, tỉnh bỏ vốn, sức của doanh nghiệp xây dựng lớn trong mùa thu."
    assert body([old], [new]) == [
        "edited [1] [1] Theo báo cáo, [-các xã đã góp đất, tiền của người dân hai bờ sông-]{+tỉnh bỏ vốn, sức của doanh nghiệp xây dựng lớn+} trong mùa thu."
    ]


def test_what_stayed_between_two_small_changes_stays() -> None:
    assert body(["Cầu dài 212 mét, rộng hơn 9 mét."], ["Cầu dài 221 mét, rộng hơn 12 mét."]) == [
        "edited [1] [1] Cầu dài [-212-]{+221+} mét, rộng hơn [-9-]{+12+} mét."
    ]


def test_a_sentence_put_in_is_told_as_a_sentence() -> None:
    assert body(["Mưa to ở xã. Mưa lớn gây ngập."], ["Mưa to ở xã. Mưa kéo dài. Mưa lớn gây ngập."]) == [
        "edited [1] [1] Mưa to ở xã. {+Mưa kéo dài. +}Mưa lớn gây ngập."
    ]


def test_a_mark_that_separates_instead_of_a_space() -> None:
    assert body(["Nhà máy Hà Nội đóng cửa."], ["Nhà máy Hà-Nội đóng cửa."]) == [
        "edited [1] [1] Nhà máy Hà[- -]{+-+}Nội đóng cửa."
    ]


def test_lines_of_lists_and_tables_are_compared_one_by_one() -> None:
    blocks = (Block("list", "Xã Một: 5 cầu\nXã Hai: 7 cầu"), Block("subhead", "Kết quả"))
    old = reading("Xã Một: 5 cầu\nXã Hai: 7 cầu\n\nKết quả", blocks=blocks)
    new = reading("Xã Một: 5 cầu\nXã Hai: 8 cầu\n\nKết quả chung", blocks=(Block("list", "Xã Một: 5 cầu\nXã Hai: 8 cầu"), Block("subhead", "Kết quả chung")))  # fmt: skip
    assert [(c.form, c.old, told(c)) for c in compare(old, new)] == [
        ("list", (2,), "body: Xã Hai: [-7-]{+8+} cầu"),
        ("subhead", (3,), "body: Kết quả{+ chung+}"),
    ]


def pictures(old: list[Image], new: list[Image]) -> list[str]:
    changes = compare(reading(images=tuple(old)), reading(images=tuple(new)))
    return [f"{c.kind} {list(c.old)} {list(c.new)} {told(c)}" for c in changes]


CAU, CHO, LUA = (Image(f"https://bao.vn/{name}.jpg", f"Ảnh {name}", "Hà Thu") for name in ("cau", "cho", "lua"))


def test_a_picture_put_in_comes_with_its_caption_and_credit() -> None:
    assert pictures([CAU], [CHO, CAU]) == [
        "added [] [1] picture: {+https://bao.vn/cho.jpg+}",
        "added [] [1] caption: {+Ảnh cho+}",
        "added [] [1] credit: {+Hà Thu+}",
    ]


def test_a_picture_taken_out_goes_with_its_caption_and_credit() -> None:
    assert pictures([CAU, CHO], [CAU]) == [
        "removed [2] [] picture: [-https://bao.vn/cho.jpg-]",
        "removed [2] [] caption: [-Ảnh cho-]",
        "removed [2] [] credit: [-Hà Thu-]",
    ]


def test_a_picture_that_stands_elsewhere_has_moved() -> None:
    assert pictures([CAU, CHO, LUA], [LUA, CAU, CHO]) == ["moved [3] [1] picture: https://bao.vn/lua.jpg"]


def test_a_caption_is_told_with_the_picture_it_belongs_to() -> None:
    other = Image(CHO.url, "Ảnh chợ phiên", "Hà Thu")
    (change,) = compare(reading(images=(CAU, CHO)), reading(images=(CAU, other)))
    assert (change.part, change.picture, change.old, change.new) == ("caption", CHO.url, (2,), (2,))


def test_a_new_picture_beside_a_replaced_one() -> None:
    assert [line.partition(" picture")[0] for line in pictures([CAU], [CHO, LUA]) if "picture:" in line] == [
        "replaced [1] [1]", "added [] [2]",
    ]  # fmt: skip


def test_the_published_time_is_told_whole() -> None:
    old, new = (
        reading(published_at=datetime(2026, 5, 20, hour, 15, tzinfo=timezone(timedelta(hours=7)))) for hour in (8, 9)
    )
    assert [told(change) for change in compare(old, new)] == [
        "published: [-2026-05-20T08:15:00+07:00-]{+2026-05-20T09:15:00+07:00+}"
    ]


def test_how_much_was_changed() -> None:
    changes = compare(
        reading("Cầu dài 212 mét.\n\nĐường ngập sâu.", headline="Cầu", images=(CAU,)),
        reading("Cầu dài 1.221,5 mét, rộng 9 mét.\n\nĐường ngập sâu.", headline="Cầu", images=(CHO,)),
    )
    # out: 212, and `cau` of the caption; in: 1.221,5 and `rộng 9 mét`, and `cho`
    assert size(changes) == (2, 5)
    assert size(compare(reading("\n".join(P)), reading("\n".join(P[::-1])))) == (0, 0)


def test_it_is_the_one_that_went_past_the_others_that_moved() -> None:
    """All but the moved one were edited too, so that only it and the first are word for word the same."""
    old = [P[0], P[1], P[2], P[3], "Trước đó, một chuyến đò chở mười hai người đã bị lật."]
    new = [P[0], old[4], P[1].replace("71", "72"), P[2].replace("tháng", "tuần"), P[3].replace("412", "421")]
    assert [line.partition("]")[0] + line.partition("]")[2].partition("]")[0] for line in body(old, new)] == [
        "moved [5 [2", "edited [2 [3", "edited [3 [4", "edited [4 [5",
    ]  # fmt: skip
