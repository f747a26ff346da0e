"""Renders the pagination of section pages: another form for each content management system the paper has had."""

from __future__ import annotations

from crawler.demo.edition import Edition
from crawler.demo.markup import Html, link, tag, text
from crawler.demo.section_addresses import ZONE, Section, page_path


def pager(edition: Edition, section: Section, page: int) -> list[Html]:
    """The pagination below a list."""
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
    return (
        tag("b", text(number))
        if number == page
        else link(f"javascript:__doPostBack('dnn$ctr57$Pager','{number}')", str(number))
    )


def _load_more(section: Section) -> list[Html]:
    """A 'load more' link, and the hidden fields that its script reads the request from."""
    return [
        tag("input", type="hidden", id="hdZoneId", value=ZONE),
        tag("input", type="hidden", id="hdZoneUrl", value=section.slug),
        link("javascript:;", "Xem thêm", rel="nofollow", class_="view-more"),
    ]
