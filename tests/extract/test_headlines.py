"""Which of a page's headlines the reader sees."""

from __future__ import annotations

import pytest
from lxml import html

from archive.extract.headlines import Headline, agree, completed, most_declared, shown_headline


def shown(
    body: str, main: tuple[str, ...] = (), other: tuple[str, ...] = (), house: str = "Báo Địa Phương"
) -> Headline | None:
    return shown_headline(html.document_fromstring(f"<body>{body}</body>"), main, other, house.__eq__)


def test_h1_that_a_declaration_confirms() -> None:
    found = shown("<h1>Báo Địa Phương</h1><h1>Giá lúa tăng</h1>", ("Giá lúa tăng",))
    assert found is not None
    assert (found.text, found.origin) == ("Giá lúa tăng", "h1")


def test_h1_before_other_declared_headlines() -> None:
    """The sharing title is written for another place; the page shows its own."""
    found = shown("<h1>Giá lúa tăng mạnh</h1>", ("Nông dân phấn khởi vì giá lúa",), ("Giá lúa tăng mạnh | Báo",))
    assert found is not None
    assert found.text == "Giá lúa tăng mạnh"


def test_h1_without_any_declaration() -> None:
    found = shown("<h1>Giá lúa tăng</h1>")
    assert found is not None
    assert found.text == "Giá lúa tăng"


def test_h1_of_a_breadcrumb_is_not_what_the_page_shows() -> None:
    found = shown(
        "<nav><h1>Baerbock: Topjob</h1></nav><h2>Nur eine Etappe</h2>", ("Nur eine Etappe", "Baerbock: Topjob")
    )
    assert found is not None
    assert (found.text, found.origin) == ("Nur eine Etappe", "h2")


def test_site_name_as_h1() -> None:
    assert shown("<h1>Báo Địa Phương</h1><p>...</p>", ("Giá lúa tăng",)) is None


def test_headline_that_only_its_class_names() -> None:
    found = shown('<div class="title-detail"> Giá lúa tăng </div><div class="title">Tin nóng</div>', ("Giá lúa tăng ",))
    assert found is not None
    assert (found.text, found.origin) == ("Giá lúa tăng", "headline class")


def test_headline_whose_print_with_the_site_s_name_has_a_headline_class_too() -> None:
    text = "江边小城举办第三届端午龙舟赛！"
    markup = f'<div class="title-bar">{text}-江城网</div><div class="h-title">{text}</div>'
    found = shown(markup, (), (f"{text}-江城网",))
    assert found is not None
    assert found.text == text


def test_kicker_in_its_own_element_is_kept_apart() -> None:
    found = shown("<h1><span>Neue Schule<i>:</i></span> Judy Lybke, eigenartig</h1>", ("Judy Lybke, eigenartig",))
    assert found is not None
    assert (found.text, found.kicker) == ("Judy Lybke, eigenartig", "Neue Schule")


def test_kicker_behind_many_small_elements_or_inside_another() -> None:
    icons = "<i></i>" * 6
    for kicker in (f"{icons}<span>Neue Schule</span>", "<b><span>Neue Schule</span></b>"):
        found = shown(f"<h1>{kicker} Judy Lybke, eigenartig</h1>", ("Judy Lybke, eigenartig",))
        assert found is not None
        assert (found.text, found.kicker) == ("Judy Lybke, eigenartig", "Neue Schule")


def test_kicker_on_a_line_of_its_own_that_the_site_counts_in() -> None:
    headline = "Die Zeitzeugin Anna Weber erzählt von ihrem Leben"
    found = shown(f"<h1><div>100. Geburtstag</div>{headline}</h1>", (f"100. Geburtstag: {headline}",))
    assert found is not None
    assert (found.text, found.kicker) == (headline, "100. Geburtstag")


def test_kicker_that_the_site_counts_in_stays() -> None:
    found = shown(
        "<h1><span>Entwurf</span><span>: </span><span>Ein Fortschritt</span></h1>", ("Entwurf: Ein Fortschritt",)
    )
    assert found is not None
    assert (found.text, found.kicker) == ("Entwurf: Ein Fortschritt", None)


def test_of_two_alike_the_one_at_the_text() -> None:
    found = shown('<div class="bar"><h1>Giá lúa</h1></div><article><h1 id="real">Giá lúa</h1></article>', ("Giá lúa",))
    assert found is not None
    assert found.element is not None
    assert found.element.get("id") == "real"


@pytest.mark.parametrize("empty", ["<h1></h1>", "<h1> </h1>", "<h1>x</h1>", "<p>không có</p>"])
def test_nothing_shown(empty: str) -> None:
    assert shown(empty, ("Giá lúa",)) is None


@pytest.mark.parametrize(
    "declared",
    [
        "Giá lúa tăng mạnh",
        "Giá lúa tăng mạnh - Báo Địa Phương",
        "Giá lúa tăng mạnh | Kinh tế | Báo",
        "GIÁ LÚA TĂNG MẠNH",
        "Giá  lúa tăng mạnh!",
        "Báo Địa Phương - Giá lúa tăng mạnh",
    ],
)
def test_agreement_overlooks_the_site(declared: str) -> None:
    assert agree("Giá lúa tăng mạnh", declared)


@pytest.mark.parametrize("declared", ["", "Giá lúa", "Giá lúa tăng mạnh ở miền Tây", "Báo Địa Phương"])
def test_other_texts_do_not_agree(declared: str) -> None:
    assert not agree("Giá lúa tăng mạnh", declared)


def test_without_anything_shown_the_most_repeated_declaration() -> None:
    declared = [("json-ld", "Bài này"), ("og:title", "Giá lúa tăng mạnh"), ("title", "Giá lúa tăng mạnh | Báo")]
    assert most_declared(declared, "Báo".__eq__) == Headline("Giá lúa tăng mạnh", "og:title")
    assert most_declared([], "Báo".__eq__) is None


def test_the_site_is_cut_off_a_lone_title() -> None:
    assert most_declared([("title", "Giá lúa - thóc | Báo")], "Báo".__eq__) == Headline("Giá lúa - thóc", "title")


def test_the_line_before_a_byline_inside_the_heading() -> None:
    heading = "<h1>Giá lúa tăng mạnh ở đồng bằng <div>- by <a href='/tac-gia/9'>Kiều Anh</a> 21/4</div><div>Article by Kiều Anh</div></h1>"
    found = shown(heading, ("Giá lúa tăng mạnh ở đồng bằng",))
    assert found is not None and found.text == "Giá lúa tăng mạnh ở đồng bằng"


def test_a_headline_between_section_and_site_or_in_a_list_item() -> None:
    title = "Nông nghiệp - Giá lúa ở miền Tây tăng mạnh - Báo Địa Phương, tiếng nói của nông dân"
    two = shown("<h1>Nông nghiệp</h1><h1>Giá lúa ở miền Tây tăng mạnh</h1>", (), (title,))
    item = shown("<ul><li><h3>Giá lúa ở miền Tây tăng mạnh</h3></li></ul>", (), ("Giá lúa ở miền Tây tăng mạnh",))
    assert two is not None
    assert item is not None
    assert two.text == item.text == "Giá lúa ở miền Tây tăng mạnh"


def test_two_hyphens_divide_a_title_from_the_house() -> None:
    found = shown("<h1>Up Media</h1><h2>稱憂鬱症是不知足挨轟鼓勵患者</h2>", ("稱憂鬱症是不知足挨轟鼓勵患者--上報",))
    assert found is not None and found.text == "稱憂鬱症是不知足挨轟鼓勵患者"


def test_a_heading_in_the_article_s_header_where_only_the_site_s_name_is_an_h1() -> None:
    site = '<h1><a href="/"><img src="logo.png">Báo Địa Phương</a></h1>'
    reply = '<h3 class="comment-reply-title">Viết bình luận của bạn</h3>'
    article = f"<article><header><h2>Giá lúa tăng mạnh ở đồng bằng</h2></header>{reply}</article>"
    found = shown(site + reply + article, ("Một đầu đề khác để chia sẻ",))
    assert found is not None and found.text == "Giá lúa tăng mạnh ở đồng bằng"


@pytest.mark.parametrize(
    ("shown_text", "declared", "whole"),
    [
        ("Khởi công cầu mới qua sông, nối…", "Khởi công cầu mới qua sông, nối hai xã", "Khởi công cầu mới qua sông, nối hai xã"),
        ("Khởi công cầu mới qua...", "Khởi công cầu mới qua sông - hai xã vui | Báo", "Khởi công cầu mới qua sông"),
        ("Khởi công cầu mới qua...", "Khởi công cầu mới qua sô...", "Khởi công cầu mới qua..."),
        ("Và rồi mùa xuân lại đến...", "Và rồi mùa xuân lại đến... | Báo Địa Phương", "Và rồi mùa xuân lại đến..."),
        ("Giá lúa...", "Giá lúa tăng mạnh", "Giá lúa..."),
        ("Khởi công cầu mới qua sông", "Khởi công cầu mới qua sông Lô", "Khởi công cầu mới qua sông"),
    ],
)  # fmt: skip
def test_a_headline_that_the_page_cuts_short_is_whole_where_it_is_declared(
    shown_text: str, declared: str, whole: str
) -> None:
    assert completed(Headline(shown_text, "h1"), [("og:title", declared)]).text == whole
