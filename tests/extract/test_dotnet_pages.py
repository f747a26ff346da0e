"""Pages of the .NET systems that provincial papers ran: WebForms tables with ids for names, and the DotNetNuke module."""

from __future__ import annotations

from datetime import datetime

import pytest

from archive import Reading, read_page

URL = "http://bao.example.vn/Tin-Bai/doi-gio-hop-cho/51-800-238119"
HEADLINE = "Chợ đầu mối đổi giờ họp từ tháng sáu"
LEAD = "Từ ngày 1/6, chợ đầu mối bên sông mở cửa lúc hai giờ sáng, sớm hơn một giờ so với trước đây."
PARAGRAPHS = (
    "Ban quản lý chợ cho biết việc đổi giờ giúp xe hàng ra khỏi thành phố trước khi trời sáng.",
    "Các hộ kinh doanh được thông báo trước một tháng và phần lớn đồng tình với giờ mới.",
    "Đội trật tự sẽ hướng dẫn xe ra vào theo hai cổng để tránh ùn tắc trên đường ven sông.",
)
TEXT = "".join(f"<p class=MsoNormal>{paragraph}</p>" for paragraph in PARAGRAPHS)
DATE_LINE = (
    '<span id="dnn_ctr482_View_lblDate" class="date" title="5/15/2026 1:35:00 PM">15/05/2026 13:35</span>'
    ' - <span id="dnn_ctr482_View_lblViews">Số lần xem: 1.234</span>'
)
MOMENT = datetime.fromisoformat("2026-05-15T13:35:00+07:00")


def webforms(body: str = TEXT) -> str:
    cells = (
        '<span id="dnn_dnnBREADCRUMB_lblBreadCrumb"><a href="/">Trang chủ</a> » <a href="/kinh-te">Kinh tế</a></span>',
        f'<span id="dnn_ctr482_View_lblTitle" class="tieude">{HEADLINE}</span>',
        DATE_LINE,
        f'<span id="dnn_ctr482_View_lblSummary" class="sapo">{LEAD}</span>',
        f'<div id="dnn_ctr482_View_divContent" class="noidung">{body}</div>',
        '<div class="khoa">Từ khóa: <a href="/tim?t=1">chợ</a> <a href="/tim?t=2">Bến Dâu</a></div>',
    )
    rows = "".join(f"<tr><td>{cell}</td></tr>" for cell in cells)
    return (
        f"<html><head><title>Báo Ven Sông > {HEADLINE}</title></head><body><form id=Form><table>"
        "<tr><td><span>Thứ Hai, ngày 18/05/2026</span></td></tr>"
        f"<tr><td id=dnn_ContentPane><table>{rows}</table></td></tr></table></form></body></html>"
    )


def module(body: str, line: str = "15/05/2026 13:35 | Lượt xem: 1.234") -> str:
    return (
        f"<html lang=vi><head><title>{HEADLINE} - Báo Ven Sông</title></head><body><div id=chinh><h1>{HEADLINE}</h1>"
        f'<div class="padT4 padB10 titleDdtail f-11"><span>{line}</span></div>'
        f'<div class="content-about-baiviet">{body}</div></div></body></html>'
    )


def read(markup: str) -> Reading:
    found = read_page(markup, URL)
    assert isinstance(found, Reading), found
    return found


def test_headline_that_only_its_class_names() -> None:
    assert read(webforms()).headline == HEADLINE


def test_what_stands_around_that_headline() -> None:
    reading = read(webforms())
    assert (reading.lead, reading.published_at, reading.section) == (LEAD, MOMENT, "Kinh tế")
    assert reading.text == "\n\n".join(PARAGRAPHS)


def test_tags_behind_the_word() -> None:
    assert read(webforms()).tags == ("chợ", "Bến Dâu")


def test_a_link_list_that_is_not_only_tags_gives_none() -> None:
    assert read(webforms().replace('<div class="khoa">Từ khóa:', '<div class="khoa">Xem thêm:')).tags == ()


def test_first_bold_paragraph_is_the_lead_though_bold_subheads_follow() -> None:
    subhead = "<p><strong>Hai cổng ra vào</strong></p>"
    reading = read(module(f"<p><strong>{LEAD}</strong></p><p>{PARAGRAPHS[0]}</p>{subhead}<p>{PARAGRAPHS[1]}</p>"))
    assert reading.lead == LEAD
    assert reading.text == f"{PARAGRAPHS[0]}\n\nHai cổng ra vào\n\n{PARAGRAPHS[1]}"


def test_all_bold_paragraphs_are_no_lead() -> None:
    bold = "".join(f"<p><strong>{text}</strong></p>" for text in (LEAD, *PARAGRAPHS))
    assert read(module(bold)).lead is None


@pytest.mark.parametrize("line", ["15/05/2026 13:35 | Lượt xem: 1.234", "15/05/2026 13:35 - 77 lượt đọc"])
def test_a_counter_is_no_part_of_the_printed_date(line: str) -> None:
    reading = read(module(TEXT, line))
    assert (reading.published_at, reading.published_at_raw) == (MOMENT, "15/05/2026 13:35")


@pytest.mark.parametrize("signed", ["P.V", "CTV", "Nhóm P.V", "BBT"])
def test_a_desk_under_the_text_is_not_text(signed: str) -> None:
    body = TEXT + f"<p style='text-align: right;'><strong>{signed}</strong></p>"
    reading = read(module(body))
    assert (reading.text, reading.authors) == ("\n\n".join(PARAGRAPHS), ())
