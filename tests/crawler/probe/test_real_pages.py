"""A look at papers as they were saved, served over loopback: what a person reads on their pages is what is told.

Of each paper some pages were saved; at every address of an article stands the one that was, at all others nothing.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.crawler.probe.probing import probed
from tests.crawler.real_pages import PAGES
from tests.crawler.serving import Answer, Site, served

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PAGES.is_dir(), reason="the saved pages are not beside the repository"),
]
HTML = (("Content-Type", b"text/html; charset=utf-8"),)


@dataclass(frozen=True)
class Saved:
    """A paper, by its folder; title, family, form: what a person reads there. front: which page stands for its home
    page; story: which addresses are articles'; missing: what the saved article does not give, as it is read today."""

    paper: str
    front: str
    story: str
    title: str
    family: str
    form: str
    feeds: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()


PAPERS = (
    Saved("tuoitre.vn", "list_kinh-doanh.html", r"-\d{16,17}\.htm$", "Tuổi Trẻ Online", "vccorp", "/s-###.htm",
          ("/rss/kinh-doanh.rss",)),
    Saved("vnexpress.net", "list_kinh-doanh.html", r"-\d{7}\.html$", "Báo VnExpress Kinh doanh", "vietnam", "/s-##.html"),
    Saved("baodautu.vn", "list_tai-chinh-chung-khoan.html", r"-d\d{6}\.html$", "baodautu", "mastercms", "/s-d##.html"),
    Saved("cafef.vn", "list_thi-truong-chung-khoan.html", r"-188\d{14,15}\.chn$", "CafeF", "vccorp", "/s-###.chn",
          ("/thi-truong-chung-khoan.rss",)),
)  # fmt: skip


class _Paper(dict[str, Answer]):
    """Answers by path: the front, the saved article wherever an article can be."""

    def __init__(self, saved: Saved):
        with (PAGES / "INDEX.tsv").open(encoding="utf-8") as index:
            rows = [row for row in csv.DictReader(index, delimiter="\t") if row["file"].startswith(saved.paper + "/")]
        self._story = re.compile(saved.story)
        self._article = next(PAGES / row["file"] for row in rows if row["page kind"] == "article")
        self._front = PAGES / saved.paper / saved.front
        self._host = urlsplit(rows[0]["page url"]).netloc.encode()
        self.here = b""

    def get(self, path: str, default: Answer | None = None) -> Answer | None:  # type: ignore[override]  # by any path
        if path == "/":
            return self._page(self._front)
        return self._page(self._article) if self._story.search(path.partition("?")[0]) else default

    def _page(self, file: Path) -> Answer:
        body = re.sub(rb"https?://" + re.escape(self._host) + rb"(?![\w.-])", self.here, file.read_bytes())
        return Answer(body, headers=HTML)


@contextmanager
def published(saved: Saved) -> Iterator[Site]:
    """The paper on loopback, where its own links lead to itself."""
    paper = _Paper(saved)
    with served(paper) as site:
        paper.here = site.base_url.encode()
        yield site


@pytest.mark.parametrize("saved", PAPERS, ids=lambda saved: saved.paper)
def test_what_a_person_reads_is_told(saved: Saved) -> None:
    with published(saved) as site:
        found = probed(site.base_url)
    assert found["title"]["value"] == saved.title
    assert saved.family in [one["value"] for one in found["system"] if one["certainty"] == "sure"]
    assert [one["form"] for one in found["forms"]] == [saved.form]
    assert found["articles"] == 8
    assert tuple(one["url"].removeprefix(site.base_url) for one in found["sources"]) == saved.feeds
    assert not any(one["entries"] for one in found["sources"]), "none of them was saved"
    assert found["timezone"]["value"] == "Asia/Ho_Chi_Minh"
    assert {one["field"] for one in found["coverage"] if one["of"] and not one["have"]} == set(saved.missing)
    assert found["requests"] <= 30
    assert len(site.log) == found["requests"]


def test_sections_are_seen_in_a_menu_of_a_hundred() -> None:
    with published(PAPERS[0]) as site:
        found = probed(site.base_url)
    titles = {one["title"] for one in found["sections"]}
    assert {"Thời sự", "Thế giới", "Pháp luật", "Giải trí", "Giáo dục", "Sức khỏe"} <= titles
    assert not any(re.search(r"\d{16}", one["url"]) for one in found["sections"]), "articles are no sections"
