"""The paper's sections and the addresses of its pages: every system the paper has had left a shape of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from crawler.demo.records import Article

Paging = Literal["query", "path", "cursor", "postback"]
"""How a section's later pages are addressed: `?page=2`, `/trang-2.htm`, a next link only, `?currentpage=2`."""


@dataclass(frozen=True, slots=True)
class Section:
    """slug names it in the data; path is its first page; size is the number of articles on a page."""

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
BY_SLUG = {section.slug: section for section in SECTIONS}


def article_path(article: Article, slug: str | None = None) -> str:
    """Where the article is, or was under another slug."""
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
    """The address of a section's page, from 1. cursor: the number of articles before it, for paging by next link."""
    if page == 1:
        return section.path
    suffix = {
        "query": f"?page={page}",
        "path": f"/trang-{page}.htm",
        "cursor": f"?sau={cursor}",
        "postback": f"?currentpage={page}",
    }
    return section.path + suffix[section.paging]
