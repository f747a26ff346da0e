"""One bad day writes no history, and what stays is accepted, from its own first day."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

import pytest

from archive.history import OutletEvidence, versions_of
from tests.history.fact_builder import PUBLISHED, SITE, Facts, bytes_of, changes, picture, story, verdicts, wrong


def test_a_page_with_nothing_in_common_is_doubted_and_goes() -> None:
    facts = Facts().page("a", story()).page("a", wrong()).page("a", story())
    assert changes(facts) == [""]
    assert verdicts(facts, "a")[1][1].startswith("it has nothing in common with the article")


def test_a_dated_rewriting_is_accepted_at_the_second_look_from_its_first_day() -> None:
    facts = Facts().page("a", story(), 0).page("a", story("lũ"), 24)
    assert changes(facts) == [""]
    facts.page("a", story("lũ", edit="Đến trưa nước đã rút."), 48)
    assert changes(facts) == ["", "headline, body", "body"]
    assert [one.first_seen.day for one in versions_of(facts.history.articles[0]).all] == [20, 21, 22]
    assert verdicts(facts, "a") == [(0, ""), (1, ""), (2, "")]


def test_a_page_without_the_date_that_the_article_had_is_never_accepted() -> None:
    facts = Facts().page("a", story())
    for _ in range(5):
        facts.page("a", wrong())
    assert changes(facts.page("a", story())) == [""]


def test_the_same_page_at_several_articles_is_never_accepted() -> None:
    facts = Facts().page("a", story())
    for _ in range(3):
        facts.page("a", wrong(published_at=PUBLISHED), signs=OutletEvidence(same_words=24, same_headline=24))
    assert changes(facts.page("a", story())) == [""]
    assert "25 articles" in verdicts(facts, "a")[1][1]


@pytest.mark.parametrize(
    ("edited", "changed"),
    [
        ({"images": (picture("đò"),)}, "pictures"),
        ({"edit": "Cầu thông xe."}, "body"),
        ({"headline": "Cầu"}, "headline"),
    ],
)
def test_an_article_s_own_words_are_its_own_at_however_many_wrong_addresses_they_stood(
    edited: dict[str, Any], changed: str
) -> None:
    facts = Facts().page("a", story(images=(picture("cầu"),)))
    edit = story(**{"images": (picture("cầu"),), **edited})
    assert changes(facts.page("a", edit, signs=OutletEvidence(same_words=3))) == ["", changed]


def test_the_text_of_another_article_is_no_edit() -> None:
    facts = Facts().page("a", story()).page("b", story("chè"))
    for _ in range(3):
        facts.page("a", story("chè"))
    assert changes(facts, 0) == changes(facts, 1) == [""]
    assert "the article of https://bao.example/b" in verdicts(facts, "a")[1][1]


@pytest.mark.parametrize("signs", [OutletEvidence(at_once=True), OutletEvidence(cut=True)])
def test_what_changes_everywhere_at_once_or_breaks_off_waits_for_the_next_look(signs: OutletEvidence) -> None:
    facts = Facts().page("a", story()).page("a", story(edit="Tải ứng dụng."), signs=signs)
    assert changes(facts) == [""]
    assert changes(facts.page("a", story(edit="Tải ứng dụng."))) == ["", "body"]


@pytest.mark.parametrize(("kept", "believed"), [("", True), ("Cầu dài 90 mét.", False)])
def test_an_edit_that_says_so_and_keeps_the_text_waits_for_nothing(kept: str, believed: bool) -> None:
    note = "Cập nhật: cầu dài 92 mét."
    edited = story(edit=note, correction=note)
    facts = Facts().page("a", story(edit=kept)).page("a", edited, signs=OutletEvidence(at_once=True))
    assert (changes(facts) == ["", "body"]) is believed


def test_nearly_all_gone_at_once_waits_too() -> None:
    facts = Facts().page("a", story()).gone("a", signs=OutletEvidence(many_gone=True))
    assert not facts.history.articles[0].is_gone
    assert not Facts(looks=[*facts.looks]).page("a", story(), 9).history.articles[0].tombstones
    (stone,) = facts.gone("a").history.articles[0].tombstones
    assert stone.gone_at.hour == 13  # since it was first seen gone


def test_a_page_cut_short_is_no_edit() -> None:
    half = story(text=story().text.partition("\n\n")[0])
    facts = Facts().page("a", story()).page("a", half, signs=OutletEvidence(cut=True)).page("a", story())
    assert changes(facts) == [""]


def test_a_doubted_page_brings_nobody_back() -> None:
    facts = Facts().page("a", story()).gone("a").page("a", wrong())
    assert facts.history.articles[0].is_gone


def test_an_edit_with_anything_in_common_is_accepted_at_once() -> None:
    for edited in (
        story(headline="Thông xe cầu qua sông Con", text=story().text.partition("\n\n")[0]),
        story(text=story().text.replace("các cháu đến trường", "con em tới lớp").replace("rộng", "ngang")),
        story(headline="Đã thông xe", text=story().text.replace("\n\n", " ").replace("Huyện", "UBND huyện")),
    ):
        assert len(changes(Facts().page("a", story()).page("a", edited))) == 2


def test_a_template_that_nobody_filled_is_no_edit() -> None:
    facts = Facts().page("a", story()).page("a", story(headline="Báo Thử", text=""))
    assert changes(facts) == [""]
    assert changes(facts.page("a", story())) == [""]


def test_an_article_without_its_text_is_accepted_a_day_later() -> None:
    facts = Facts().page("a", story()).page("a", story(text=""))
    assert changes(facts) == [""]
    assert changes(Facts(looks=[*facts.looks]).page("a", story(), 9)) == [""]
    assert changes(facts.page("a", story(text=""), 9)) == [""]
    assert changes(facts.page("a", story(text=""), 24)) == ["", "body"]


_WALL = "Để đọc tiếp, mời bạn đăng nhập hoặc đăng ký tài khoản miễn phí trên trang báo."
_LEAD, _SECOND, _ = story().text.split("\n\n")


@pytest.mark.parametrize(
    "text",
    [
        _WALL, f"{_LEAD}\n\n{_WALL}", f"{_LEAD[:40]}…\n\n{_WALL}", _LEAD, f"{_LEAD}\n\n{_SECOND[:20]}...",
        "Mã yêu cầu 81a-72: hãy chọn mọi ô có đèn.", "Bài viết đã được gỡ bỏ. " * 30,
    ],
)  # fmt: skip
def test_what_takes_the_place_of_a_text_under_its_headline_waits_for_the_next_day(text: str) -> None:
    facts = Facts().page("a", story(), 0).page("a", story(text=text), 2)
    assert changes(facts) == [""]
    assert changes(Facts(looks=[*facts.looks]).page("a", story(edit="Thêm."), 9)) == ["", "body"]
    assert changes(Facts(looks=[*facts.looks]).page("a", story("chè", headline=story().headline), 26)) == ["", "body"]
    for hour in (3, 6, 9):
        assert changes(facts.page("a", story(text=text), hour)) == [""], "the wall of one bad day"
    assert changes(Facts(looks=[*facts.looks]).page("a", story(), 12)) == [""]
    assert changes(facts.page("a", story(text=text), 26)) == ["", "body"]
    assert facts.history.articles[0].states[1].first_seen.hour == 14  # from its first hour
    assert changes(facts.page("a", story(), 50)) == ["", "body", "body"]  # back at once: it has stood there


def test_a_page_that_is_another_under_one_headline_each_day_is_told_a_look_later() -> None:
    facts = Facts()
    for day, name in enumerate(("cầu", "chè", "lũ")):
        facts.page("a", story(name, headline="Giá vàng hôm nay", published_at=None), 24 * day)
    last = story(headline="Giá vàng hôm nay", text="Sáng nay vàng miếng giảm năm trăm nghìn đồng một lượng.")
    facts.page("a", last, 72)
    assert changes(facts) == ["", "body", "body"]


def test_what_changed_everywhere_and_is_edited_again_counts_from_its_first_day() -> None:
    button = "Tải ứng dụng."
    facts = Facts().page("a", story(), 0).page("a", story(edit=button), 24, signs=OutletEvidence(at_once=True))
    facts.page("a", story(edit=f"{button}\n\nĐến trưa nước đã rút."), 48)
    assert changes(facts) == ["", "body", "body"]


@pytest.mark.parametrize(
    "fault",
    [
        {"headline": story("chè").headline, "text": story("chè").text}, {"published_at": None}, {"lead": None},
        {"authors": ()}, {"text": "Bà Nguyễn Thị Mận."}, {"published_at": PUBLISHED.replace(day=21)},
        {"headline": "C?u m?i qua s?ng", "text": re.sub("[^ -~\n]", "?", story().text)},
        {"authors": ("HÃ Thu",), "text": f"{story().text} Het."},
        {"headline": "New bridge over the river", "language": "en"},
    ],
)  # fmt: skip
def test_what_a_broken_template_shows_for_some_hours_is_no_edit_and_what_stays_is_one(fault: dict[str, Any]) -> None:
    whole = story(lead="Bà con hai xã phấn khởi.", authors=("Hà Thu",), language="vi")
    facts = Facts().page("a", whole, 0)
    for hour in (24, 25, 26):
        facts.page("a", replace(whole, **fault), hour)
    assert changes(facts) == [""]
    assert changes(Facts(looks=[*facts.looks]).page("a", whole, 27)) == [""]
    facts.page("a", replace(whole, **fault), 37)
    assert len(changes(facts)) == 2
    assert facts.history.articles[0].latest.first_seen.day == 21


def test_an_edit_of_a_page_whose_time_is_another_at_each_look_is_found_and_the_time_is_none() -> None:
    facts = Facts()
    for day in range(6):
        facts.page("a", story(edit="Thêm." if day > 2 else "", published_at=PUBLISHED.replace(day=20 + day)), 24 * day)
    assert changes(facts) == ["", "body"]
    assert sum(one.doubted for one in facts.history.verdicts) <= 2
    for day in (6, 7, 8):
        facts.page("a", story(edit="Thêm.", published_at=PUBLISHED.replace(day=26)), 24 * day)
    assert changes(facts) == ["", "body", "published_at"]
    assert facts.history.articles[0].latest.first_seen.day == 26


@pytest.mark.parametrize(("others", "told"), [(3, True), (4, False)])
def test_a_headline_that_several_articles_come_to_have_waits(others: int, told: bool) -> None:
    facts = Facts().page("a", story(), 0)
    facts.page("a", story(headline="Báo Thử"), 24, signs=OutletEvidence(same_headline=others)).page("a", story(), 48)
    assert (len(changes(facts)) > 1) == told


def test_an_edit_during_a_bad_day_is_one_edit_of_the_day_after() -> None:
    button, edit, at_once = "Tải ứng dụng.", "Đến trưa nước đã rút.", OutletEvidence(at_once=True)
    facts = Facts().page("a", story(), 0).page("a", story(edit=f"{edit}\n\n{button}"), 24, signs=at_once)
    facts.page("a", story(edit=edit), 48).page("a", story(edit=edit), 72)
    assert changes(facts) == ["", "body"]
    assert facts.history.articles[0].latest.reading.text.endswith(edit)


@pytest.mark.parametrize("found_first", ["Cập nhật 2 giờ trước", ""])
def test_an_edit_beside_a_line_that_counts_on_at_each_look_is_found_and_the_line_is_none(found_first: str) -> None:
    """As every page of the paper has one, nearly all articles change at each look."""
    edited, unedited = Facts(), Facts()
    shorter = "\n\n".join(story().text.split("\n\n")[:2])
    for day, text in enumerate((story().text, story().text, shorter, shorter, shorter)):
        line = f"Cập nhật {24 * day} giờ trước" if day else found_first
        signs = OutletEvidence(at_once=bool(day))
        edited.page("a", story(text=text, edit=line), 24 * day, signs=signs)
        unedited.page("a", story(edit=line), 24 * day, signs=signs)
    assert changes(unedited) == [""]
    assert changes(edited) == ["", "body"]


def test_an_error_under_the_lead_of_its_article_is_doubted() -> None:
    lead = "Bà con hai xã phấn khởi đón cây cầu mới sau nhiều năm chờ những chuyến đò sang sông mỗi sáng."
    fault = wrong("Đã có lỗi khi tải trang. Vui lòng thử lại.", lead=lead, published_at=PUBLISHED)
    assert changes(Facts().page("a", story(lead=lead)).page("a", fault).page("a", story(lead=lead))) == [""]


def test_a_home_page_that_calls_itself_an_article_is_none() -> None:
    assert not Facts().page("", wrong()).page("", wrong("Một trang khác hẳn.")).history.articles


def test_an_address_first_met_on_a_bad_day_is_no_article_yet() -> None:
    everywhere = OutletEvidence(same_words=30, same_headline=30)
    facts = Facts().page("a", wrong(), signs=everywhere).page("b", wrong(), signs=everywhere)
    assert not facts.history.articles
    assert "31 addresses" in verdicts(facts, "a")[0][1]
    facts.page("a", story()).page("b", story("chè"))
    assert changes(facts, 0) == changes(facts, 1) == [""]
    dated = Facts().page("a", story(), signs=everywhere)  # the newest article, which a bad day showed everywhere
    assert changes(dated) == [""]


def test_the_text_of_a_dead_article_at_another_ones_address_is_no_edit_and_part_of_it_is() -> None:
    facts = Facts().page("b", story("chè"), 0).page("a", story(), 1).gone("b", 20)
    for day in (1, 2, 3):
        facts.page("a", story("chè"), 24 * day)
    assert changes(facts, 1) == [""]
    assert "the article of https://bao.example/b" in verdicts(facts, "a")[1][1]
    taken = replace(story("chè"), text=f"{story().text}\n\n{story('chè').text}")
    assert changes(facts.page("a", taken, 96), 1) == ["", "headline, body"]


def test_two_articles_that_the_paper_makes_one_are_one_from_then_on() -> None:
    facts = Facts().page("a", story("lũ"), 0).page("b", story(), 1).page("a", story(), 24)
    facts.hop("b", "a", 25).page("a", story(), 25.01, via=("b",)).page("a", story(edit="Thêm."), 48)
    assert changes(facts, 0) == ["", "headline, body", "body"]
    assert facts.history.articles[1].moved_to == 0


def test_a_live_report_that_takes_in_a_brief_is_edited() -> None:
    start = story(headline="TRỰC TIẾP: Mưa lũ", text="Mở đầu lúc sáu giờ.\n\nMực nước sông đang lên.")
    taken = replace(start, headline="TRỰC TIẾP: Báo động hai", text=f"Mở đầu lúc sáu giờ.\n\n{story('lũ').text}")
    facts = Facts().page("b", story("lũ"), 0).page("a", start, 1).page("a", taken, 24)
    assert changes(facts, 1) == ["", "headline, body"]
    wrong_page = replace(story("lũ"), text=f"{story('lũ').text}\n\nMở đầu lúc sáu giờ.")
    assert changes(Facts().page("b", story("lũ"), 0).page("a", start, 1).page("a", wrong_page, 24), 1) == [""]


def test_a_move_with_another_layout_is_an_edit_from_its_first_day() -> None:
    facts = Facts().page("a", story(), 0)
    for day in (1, 2):
        facts.hop("a", "b", 24 * day)
        facts.page(
            "b", story(edit="Tải ứng dụng."), 24 * day + 0.01, via=("a",), signs=OutletEvidence(at_once=day == 1)
        )
    assert changes(facts) == ["", "body"]
    assert versions_of(facts.history.articles[0]).all[1].first_seen.day == 21
    assert verdicts(facts, "b") == [(1, ""), (1, "")]


def test_pictures_belong_to_what_was_doubted_from_its_first_day() -> None:
    rewritten = story("lũ", images=(picture("lu"),))
    facts = Facts().page("a", story(), 0).page("a", rewritten, 24).fetch("lu", bytes_of(10), 24.1)
    facts.fetch("lu", bytes_of(200), 47.9).page("a", rewritten, 48)
    versions = versions_of(facts.history.articles[0]).all
    assert [(one.changed, one.first_seen.day, one.state.pictures) for one in versions[1:]] == [
        (("headline", "body", "pictures"), 21, {f"{SITE}/anh/lu.jpg": bytes_of(10)}),
        (("pictures",), 22, {f"{SITE}/anh/lu.jpg": bytes_of(200)}),
    ]


def test_a_picture_of_what_stood_there_does_not_keep_what_was_doubted_from_being_accepted() -> None:
    facts = Facts().page("a", story(images=(picture("cau"),)), 0).fetch("cau", bytes_of(10), 0.1)
    facts.page("a", story("lũ"), 24).fetch("cau", bytes_of(200), 24.1).page("a", story("lũ"), 48)
    versions = versions_of(facts.history.articles[0]).all
    assert [(one.changed, one.first_seen.day) for one in versions] == [((), 20), (("headline", "body", "pictures"), 21)]


def test_a_page_that_only_says_it_is_gone_is_asked_again() -> None:
    soft = "soft-404"
    assert not Facts().page("a", story()).page("a", soft).page("a", story()).history.articles[0].tombstones
    article = Facts().page("a", story(), 0).page("a", soft, 24).page("a", soft, 48).history.articles[0]
    assert [(stone.gone_at.day, stone.returned_at) for stone in article.tombstones] == [(21, None)]


def test_twins_that_disappear_with_nearly_all_are_gone_since_then() -> None:
    facts = Facts().page("a", story(), 0).page("b", story(), 0.1)
    facts.gone("a", 24, OutletEvidence(many_gone=True)).gone("b", 24.1, OutletEvidence(many_gone=True))
    assert not facts.history.articles[0].is_gone
    (stone,) = facts.gone("a", 48).gone("b", 48.1).history.articles[0].tombstones
    assert stone.gone_at.day == 21
    back = Facts(looks=facts.looks[:4]).page("b", story(), 48).gone("a", 48.1)
    assert not back.history.articles[0].tombstones
