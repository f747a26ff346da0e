"""Renders the home page, the pages of sections, the search form and the 404 page."""

from __future__ import annotations

from collections.abc import Callable

from crawler.demo import frames, page_furniture, printed_dates
from crawler.demo.bodies import Html, items, join, link, tag, text
from crawler.demo.edition import Edition
from crawler.demo.newsroom_records import Article
from crawler.demo.page_furniture import RequestContext
from crawler.demo.section_addresses import (
    SECTIONS,
    ZONE,
    Section,
    article_path,
    page_path,
    picture_path,
    thumbnail_path,
)  # fmt: skip

OLD = ("postback", "script")
"""The paging of sections in the old layout."""


def teaser(article: Article, query: str = "", size: Callable[[str], str] = thumbnail_path) -> Html:
    """A list's entry: picture, headline, date, lead."""
    address = article_path(article) + query
    images = [tag("a", tag("img", src=size(picture.file), alt=""), href=address) for picture in article.pictures[:1]]
    printed = printed_dates.visible("plain", article.published) if article.date_form != "none" else ""
    content = (
        tag("h2", link(address, article.headline)),
        tag("span", text(printed), class_="ngay"),
        tag("p", text(article.lead)),
    )
    return tag("div", *images, *content, class_="tin")


def home(visit: RequestContext) -> bytes:
    """The home page: one large teaser, three below, the newest of each section; two links have tracking parameters."""
    first, *others = visit.edition.open
    top = tag("div", teaser(first, "?utm_source=trang-chu&utm_medium=tieu-diem", picture_path), class_="noi-bat")
    second_row = [teaser(article) for article in others[:2]] + [
        teaser(article, f"?fbclid=IwZXh{article.id}") for article in others[2:3]
    ]
    boxes = [_section_box(visit, section) for section in SECTIONS]
    canonical = tag("link", rel="canonical", href=visit.base + "/")
    return frames.page(visit, "Tin tức Thao Giang", join(top, *second_row, *boxes), canonical).encode()


def _section_box(visit: RequestContext, section: Section) -> Html:
    newest = [article for article in visit.edition.open if article.section == section.slug][:4]
    title = tag("h3", link(section.path, section.name))
    return tag("div", title, items(*(page_furniture.article_link(article) for article in newest)), class_="muc")


def section_page(visit: RequestContext, section: Section, page: int) -> bytes | None:
    """A page of a section's list, from 1; None beyond the last. Sections with OLD paging have the old layout."""
    size = visit.edition.size(section)
    start = (page - 1) * size
    listed = visit.edition.listed(section, start, start + size)
    if not listed and page > 1:
        return None
    main = join(
        tag("h1", text(section.name), class_="ten-muc"),
        *(teaser(article) for article in listed),
        tag("div", *pager(visit.edition, section, page), class_="trang-so"),
    )
    canonical = tag("link", rel="canonical", href=visit.base + page_path(section, page, start))
    frame = frames.old_page if section.paging in OLD else frames.page
    return frame(visit, section.name, main, canonical).encode()


def more_of(visit: RequestContext, section: Section, page: int) -> bytes:
    """The response to the script of a 'load more' list: a page's articles without a layout; empty beyond the last."""
    size = visit.edition.size(section)
    listed = visit.edition.listed(section, (page - 1) * size, page * size)
    return join(*(teaser(article) for article in listed)).encode()


def search(visit: RequestContext) -> bytes:
    """The search form; robots.txt disallows it."""
    form = tag("form", tag("input", name="q", size=40), tag("input", type="submit", value="Tìm"), action="/tim-kiem")
    return frames.page(visit, "Tìm kiếm", join(tag("h1", text("Tìm kiếm")), form)).encode()


def missing(visit: RequestContext) -> bytes:
    sentence = text("Bài viết không tồn tại hoặc đã được gỡ bỏ. Mời bạn đọc trở lại ")
    main = join(tag("h1", text("Không tìm thấy trang")), tag("p", sentence, link("/", "trang chủ"), text(".")))
    return frames.page(visit, "Không tìm thấy trang", main).encode()


def pager(edition: Edition, section: Section, page: int) -> list[Html]:
    last_page = -(-edition.count(section) // edition.size(section))
    numbers = [number for number in range(page - 3, page + 4) if 1 <= number <= last_page]
    if section.paging == "cursor":
        return [_next_link(edition, section, page)] if page < last_page else []
    if section.paging == "timeline":
        return _load_more(section)
    if section.paging == "script":
        return [_postback_link(number, page) for number in numbers]
    if section.paging == "postback":
        steps = [_postback_link(number, page) for number in numbers]
        return [*steps, _next_link(edition, section, page)] if page < last_page else steps
    steps = [_page_link(section, number, page) for number in numbers]
    return [*steps, link(page_path(section, last_page), "Cuối »")] if numbers and numbers[-1] < last_page else steps


def _page_link(section: Section, number: int, page: int) -> Html:
    return tag("b", text(number)) if number == page else link(page_path(section, number), str(number))


def _next_link(edition: Edition, section: Section, page: int) -> Html:
    address = page_path(section, page + 1, page * edition.size(section))
    return link(address, "Trang sau »", rel="next", class_="tiep")


def _postback_link(number: int, page: int) -> Html:
    """A page number that only a script can follow, as in WebForms."""
    script = f"javascript:__doPostBack('dnn$ctr57$Pager','{number}')"
    return tag("b", text(number)) if number == page else link(script, str(number))


def _load_more(section: Section) -> list[Html]:
    """A 'load more' link, and the hidden fields that its script reads the request from."""
    return [
        tag("input", type="hidden", id="hdZoneId", value=ZONE),
        tag("input", type="hidden", id="hdZoneUrl", value=section.slug),
        link("javascript:;", "Xem thêm", rel="nofollow", class_="view-more"),
    ]
