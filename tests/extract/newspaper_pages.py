"""Pages of an old provincial newspaper, built from parts: what stands around an article, in two layouts.

Around the article stand the things that lend a careless reader its dates and names: a clock in the header, a related
list with a date beside each link, readers' comments, a licence line with its own date in the footer.
"""

from __future__ import annotations

from lxml import html

from archive.extract.parsed_page import Page, parse

URL = "http://baodiaphuong.com.vn/chuyen-muc/tin/12345/ra-quan-lam-thuy-loi"
HEADLINE = "Vĩnh Tường ra quân làm thủy lợi nội đồng"

PARAGRAPHS = (
    (
        "Sáng nay, tại cánh đồng xã Nghĩa Hưng, hơn ba trăm người dân đã ra quân nạo vét kênh mương, chuẩn bị "
        "nước cho vụ mùa sắp tới."
    ),
    (
        "Theo kế hoạch của huyện, toàn bộ hai mươi tám xã và thị trấn phải hoàn thành việc nạo vét trước khi mùa "
        "mưa bắt đầu."
    ),
    (
        "Ông Nguyễn Văn Bình, chủ tịch xã, cho biết phong trào năm nay được người dân hưởng ứng nhiệt tình hơn "
        "mọi năm trước."
    ),
    (
        "Ngoài việc nạo vét, các thôn còn kiên cố hóa gần hai ki-lô-mét kênh cấp ba và thay mới bốn cống lấy nước"
        " đã xuống cấp."
    ),
)

BODY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)

CLOCK = '<div class="top"><span class="clock">Thứ Hai, 23/11/2026 10:11</span></div>'
RELATED = "<h3>Các tin khác</h3><ul>{}</ul>".format(
    "".join(
        f'<li><a href="/tin/{day}">Một bài khác của báo về đời sống nông thôn số {day}</a>'
        f' <span class="date">({day}/05/2024)</span></li>'
        for day in range(10, 18)
    )
)
COMMENTS = (
    '<div class="comments"><h3>Phản hồi</h3><div class="item"><b class="author">Bạn đọc Hải</b> '
    '<span class="date">21/05/2024 09:00</span><p>Cảm ơn bài viết.</p></div></div>'
)
LICENCE = "<div>Giấy phép số 12/GP-TTĐT cấp ngày 02/03/2020. Tổng biên tập: Trần Văn Hùng</div>"


def div_page(head: str = "", foot: str = "", meta: str = "", headline: str = f"<h1>{HEADLINE}</h1>") -> Page:
    """A page of blocks. head: HTML between headline and text; foot: behind the text; meta: inside <head>."""
    return page(
        f'{CLOCK}<div id="content">{headline}{head}<div class="body">{BODY}{foot}</div></div>{RELATED}{COMMENTS}'
        f'<div id="foot">{LICENCE}</div>',
        meta,
    )


def table_page(head: str = "", foot: str = "", meta: str = "", headline: str = f"<h1>{HEADLINE}</h1>") -> Page:
    """The same in one form around layout tables, as ASP.NET systems of the 2000s write it."""
    body = "".join(f"<div>{paragraph}</div>" for paragraph in PARAGRAPHS)
    return page(
        f'<form id="Form"><table><tr><td>{CLOCK}</td></tr><tr><td id="dnn_ContentPane">{headline}{head}{body}{foot}'
        f"{RELATED}{COMMENTS}</td></tr><tr><td>{LICENCE}</td></tr></table></form>",
        meta,
    )


def page(body: str, meta: str = "", url: str = URL, attributes: str = 'lang="vi"') -> Page:
    """A whole page around a body."""
    title = f"<title>{HEADLINE} - Báo Địa Phương</title>"
    parsed = parse(f"<html {attributes}><head>{title}{meta}</head><body>{body}</body></html>", url)
    assert parsed is not None
    return parsed


def linked_data(source: str) -> str:
    return f'<script type="application/ld+json">{source}</script>'


def texts(elements: tuple[html.HtmlElement, ...]) -> list[str]:
    return [" ".join(element.text_content().split()) for element in elements]


def news(members: str, headline: str = HEADLINE) -> str:
    """A NewsArticle in JSON-LD; members: more of the object's source."""
    return f'{{"@type": "NewsArticle", "headline": "{headline}", {members}}}'


def declared(members: str, headline: str = HEADLINE, more: str = "") -> Page:
    """A page whose head declares the article; more: metas beside it."""
    return div_page(meta=linked_data(news(members, headline)) + more)
