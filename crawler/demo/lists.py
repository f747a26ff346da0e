"""The home page, the pages of sections, the search form and the page for what is not there."""

from __future__ import annotations

from collections.abc import Callable

from crawler.demo import dates, frames, furniture
from crawler.demo.furniture import Visit
from crawler.demo.markup import Html, items, join, link, tag, text
from crawler.demo.records import Article
from crawler.demo.sections import SECTIONS, Section, article_path, page_path, picture_path, thumbnail_path


def teaser(article: Article, trail: str = "", size: Callable[[str], str] = thumbnail_path) -> Html:
    """A list's entry: picture, headline, date, lead."""
    address = article_path(article) + trail
    shown = [tag("a", tag("img", src=size(one.file), alt=""), href=address) for one in article.pictures[:1]]
    when = dates.visible("plain", article.published) if article.date_form != "none" else ""
    words = (
        tag("h2", link(address, article.headline)),
        tag("span", text(when), class_="ngay"),
        tag("p", text(article.lead)),
    )
    return tag("div", *shown, *words, class_="tin")


def home(visit: Visit) -> bytes:
    """The front page: one story large, three below, the newest of every section; two links carry trackers."""
    first, *rest = visit.edition.open
    top = tag("div", teaser(first, "?utm_source=trang-chu&utm_medium=tieu-diem", picture_path), class_="noi-bat")
    below = [teaser(one) for one in rest[:2]] + [teaser(one, f"?fbclid=IwZXh{one.id}") for one in rest[2:3]]
    boxes = [_section_box(visit, section) for section in SECTIONS]
    canonical = tag("link", rel="canonical", href=visit.base + "/")
    return frames.page(visit, "Tin tức Thao Giang", join(top, *below, *boxes), canonical).encode()


def _section_box(visit: Visit, section: Section) -> Html:
    newest = [one for one in visit.edition.open if one.section == section.slug][:4]
    title = tag("h3", link(section.path, section.name))
    return tag("div", title, items(*(furniture.article_link(one) for one in newest)), class_="muc")


def section_page(visit: Visit, section: Section, page: int) -> bytes | None:
    """A page of a section's list, from 1; None beyond the last. The section of old dress keeps it."""
    start = (page - 1) * section.size
    listed = visit.edition.listed(section, start, start + section.size)
    if not listed:
        return None
    main = join(
        tag("h1", text(section.name), class_="ten-muc"),
        *(teaser(article) for article in listed),
        tag("div", *_pager(visit, section, page), class_="trang-so"),
    )
    canonical = tag("link", rel="canonical", href=visit.base + page_path(section, page, start))
    frame = frames.old_page if section.paging == "postback" else frames.page
    return frame(visit, section.name, main, canonical).encode()


def _pager(visit: Visit, section: Section, page: int) -> list[Html]:
    last = -(-visit.edition.count(section) // section.size)
    if section.paging == "cursor":
        return [_next(section, page)] if page < last else []
    numbers = [number for number in range(page - 3, page + 4) if 1 <= number <= last]
    if section.paging == "postback":
        steps = [_postback(number, page) for number in numbers]
        return [*steps, _next(section, page)] if page < last else steps
    return [tag("b", text(one)) if one == page else link(page_path(section, one), str(one)) for one in numbers]


def _next(section: Section, page: int) -> Html:
    return link(page_path(section, page + 1, page * section.size), "Trang sau »", rel="next", class_="tiep")


def _postback(number: int, page: int) -> Html:
    """A number that only a script can follow, as WebForms pagers are."""
    return (
        tag("b", text(number))
        if number == page
        else link(f"javascript:__doPostBack('dnn$ctr57$Pager','{number}')", str(number))
    )


def search(visit: Visit) -> bytes:
    """The search form; robots.txt asks to leave it alone."""
    form = tag("form", tag("input", name="q", size=40), tag("input", type="submit", value="Tìm"), action="/tim-kiem")
    return frames.page(visit, "Tìm kiếm", join(tag("h1", text("Tìm kiếm")), form)).encode()


def missing(visit: Visit) -> bytes:
    """What a reader gets for an address that leads nowhere."""
    main = join(
        tag("h1", text("Không tìm thấy trang")),
        tag(
            "p",
            text("Bài viết không tồn tại hoặc đã được gỡ bỏ. Mời bạn đọc trở lại "),
            link("/", "trang chủ"),
            text("."),
        ),
    )
    return frames.page(visit, "Không tìm thấy trang", main).encode()
