"""The paper's sections and the paths of its pages: each content management system it has had left its own URL shape.

The number of a generated article decides, so that the pattern repeats in a paper of any size.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qs

from crawler.demo.newsroom_records import Article, LinkedFrom

Paging = Literal["query", "path", "cursor", "postback", "suffix", "directory", "letter", "module", "timeline", "script"]
"""The URL form of a section's later pages: `?page=2`, `/trang-2.htm`, a next link only, `?currentpage=2`, `-p2`,
`/page/2/`, `?p=2`, `/currentpage/2`, `/timeline/37/trang-2.htm` (which only a script requests), and none: a form that
a script posts."""


@dataclass(frozen=True, slots=True)
class Section:
    """A section. slug: its name in the data; path: of its first page; size: the number of articles on a page."""

    slug: str
    name: str
    path: str
    paging: Paging
    size: int


SECTIONS = (
    Section("thoi-su", "Thời sự", "/chuyen-muc/cat/182/thoi-su", "query", 3),
    Section("kinh-te", "Kinh tế", "/kinh-te", "path", 2),
    Section("xa-hoi", "Xã hội", "/Xa-hoi/57.bst", "postback", 2),
    Section("van-hoa", "Văn hóa", "/van-hoa/", "cursor", 2),
    Section("the-thao", "Thể thao", "/the-thao", "path", 4),
    Section("phap-luat", "Pháp luật", "/chuyen-muc/cat/190/phap-luat", "query", 4),
)
GENERATED = (
    Section("doi-song", "Đời sống", "/doi-song", "suffix", 20),
    Section("giao-duc", "Giáo dục", "/giao-duc/", "directory", 20),
    Section("y-te", "Y tế", "/y-te", "letter", 20),
    Section("nong-nghiep", "Nông nghiệp", "/nong-nghiep", "module", 20),
    Section("du-lich", "Du lịch", "/du-lich.htm", "timeline", 20),
    Section("thong-bao", "Thông báo", "/Thong-bao/61.bst", "script", 20),
)
"""Sections that only a paper with generated articles has."""
ZONE = 37
"""The zone id with which the script of `/du-lich.htm` requests more articles."""
BY_SLUG = {section.slug: section for section in SECTIONS + GENERATED}


def article_path(article: Article, slug: str | None = None) -> str:
    """The path of the article, or its former path with another slug."""
    name = slug or article.slug
    if article.form == "dnn":
        return f"/chuyen-muc/tin/{article.id}/{name}"
    if article.form == "webforms":
        return f"/Tin-Bai/{name}/51-800-{article.id}"
    if article.form == "plain":
        return f"/{article.section}/{name}-{article.id}.htm"
    return f"/{name}-post{article.id}.html"


def picture_path(file: str) -> str:
    return f"/anh/2026/05/{file}.png"


def thumbnail_path(file: str) -> str:
    return f"/anh/nho/{file}.png"


def page_path(section: Section, page: int, cursor: int = 0) -> str:
    """The path of a section's page, from 1. cursor: the number of articles before it, for paging by next link."""
    if page == 1 or section.paging == "script":
        return section.path
    if section.paging == "timeline":
        return f"/timeline/{ZONE}/trang-{page}.htm"
    return section.path + _PAGE_SUFFIX[section.paging].format(page=page, cursor=cursor)


_PAGE_SUFFIX = {
    "query": "?page={page}",
    "path": "/trang-{page}.htm",
    "cursor": "?sau={cursor}",
    "postback": "?currentpage={page}",
    "suffix": "-p{page}",
    "directory": "page/{page}/",
    "letter": "?p={page}",
    "module": "/currentpage/{page}",
}
_PAGE_PARAMETERS = {"query": "page", "postback": "currentpage", "cursor": "sau", "letter": "p"}


def page_number(section: Section, path: str, query: str, size: int) -> int | None:
    """The page of the section that a path requests; None where the path is not the section's. size: of its pages."""
    if path == section.path:
        parameter = parse_qs(query).get(_PAGE_PARAMETERS.get(section.paging, ""), [""])[0]
        if not parameter.isdecimal():
            return 1
        return int(parameter) // size + 1 if section.paging == "cursor" else int(parameter)
    if section.paging in _PAGE_PARAMETERS or section.paging == "script":
        return None
    pattern = re.escape(page_path(section, 1234567)).replace("1234567", r"(\d{1,6})")
    match = re.fullmatch(pattern, path)
    return int(match[1]) if match else None


Feed = Literal["atom", "utf-16"]


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a generated article is linked. section: its slug. listed: in the section's pages. monthly: in the sitemap
    of its month. feed: the feed it is in while it is among the newest. news: then only in the news sitemap. linked:
    only in the article before it."""

    section: str
    listed: bool = True
    monthly: bool = False
    feed: Feed | None = None
    news: bool = False
    linked: bool = False

    @property
    def reach(self) -> LinkedFrom:
        if self.listed:
            return "script" if self.section == SCRIPTED else "open"
        if self.linked:
            return "link"
        return "feed" if self.feed else "sitemap"


SCRIPTED = "thong-bao"
"""The section whose later pages need a script."""
TOPICS = tuple(section.slug for section in SECTIONS[:5])
STYLES = tuple(section.slug for section in GENERATED if section.slug != SCRIPTED)

SHELVES = (
    *(Placement(slug, monthly=True) for slug in TOPICS),
    *(Placement(slug) for slug in TOPICS),
    *(Placement(slug) for slug in STYLES),
    Placement(SCRIPTED, monthly=True),
    Placement(SCRIPTED),
    Placement("xa-hoi", listed=False, monthly=True),
    Placement("van-hoa", listed=False, linked=True),
    Placement("the-thao", listed=False, linked=True),
    *(Placement(slug, monthly=True) for slug in TOPICS),
    *(Placement(slug) for slug in TOPICS),
    *(Placement(slug) for slug in STYLES),
    Placement(SCRIPTED, monthly=True),
    Placement(SCRIPTED),
    Placement("thoi-su", listed=False, feed="atom"),
    Placement("kinh-te", listed=False, feed="utf-16"),
    Placement("thoi-su", listed=False, news=True),
)


def placement_of(number: int) -> Placement:
    """The shelf of the generated article of that number; negative numbers are articles published later."""
    return SHELVES[number % len(SHELVES)]
