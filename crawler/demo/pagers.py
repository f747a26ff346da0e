"""How the pages of a section lead to one another: a form of its own for every system the paper has had."""

from __future__ import annotations

from crawler.demo.edition import Edition
from crawler.demo.markup import Html, link, tag, text
from crawler.demo.section_addresses import ZONE, Section, page_path


def pager(edition: Edition, section: Section, page: int) -> list[Html]:
    """What stands below a list."""
    last = -(-edition.count(section) // edition.size(section))
    numbers = [number for number in range(page - 3, page + 4) if 1 <= number <= last]
    if section.paging == "cursor":
        return [_next(edition, section, page)] if page < last else []
    if section.paging == "timeline":
        return _grows(section)
    if section.paging == "script":
        return [_postback(number, page) for number in numbers]
    if section.paging == "postback":
        steps = [_postback(number, page) for number in numbers]
        return [*steps, _next(edition, section, page)] if page < last else steps
    steps = [_number(section, one, page) for one in numbers]
    return [*steps, link(page_path(section, last), "Cuối »")] if numbers and numbers[-1] < last else steps


def _number(section: Section, number: int, page: int) -> Html:
    return tag("b", text(number)) if number == page else link(page_path(section, number), str(number))


def _next(edition: Edition, section: Section, page: int) -> Html:
    address = page_path(section, page + 1, page * edition.size(section))
    return link(address, "Trang sau »", rel="next", class_="tiep")


def _postback(number: int, page: int) -> Html:
    """A number that only a script can follow, as WebForms pagers are."""
    return (
        tag("b", text(number))
        if number == page
        else link(f"javascript:__doPostBack('dnn$ctr57$Pager','{number}')", str(number))
    )


def _grows(section: Section) -> list[Html]:
    """A list that a script makes longer, and the fields from which it knows what to ask for."""
    return [
        tag("input", type="hidden", id="hdZoneId", value=ZONE),
        tag("input", type="hidden", id="hdZoneUrl", value=section.slug),
        link("javascript:;", "Xem thêm", rel="nofollow", class_="view-more"),
    ]
