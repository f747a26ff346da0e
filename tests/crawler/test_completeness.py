"""Everything that can be reached is found: by links alone, walked breadth first, and by a crawl."""

from __future__ import annotations

from collections import Counter, deque
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from archive.queries.lookup import articles
from archive.storage.connection import open_archive
from crawler.demo.edition import edition
from crawler.demo.section_addresses import GENERATED, SECTIONS
from crawler.demo.server import Newspaper, reachable_in
from crawler.discovery import look, sitemaps_in
from crawler.discovery.page_links import POSTBACK
from crawler.run.run_command import spider_class
from tests.crawler.demo.asking import BASE, opened
from tests.crawler.serving import crawl

ARTICLES = 3_000
HOSTS = ("127.0.0.1",)


def walked(day: int, extra: int) -> tuple[set[str], Counter[str], set[str]]:
    """The paths of the articles found from the seeds and robots.txt on; how many links of each kind led to something
    new; and the paths of the pages whose pagers only a script turns."""
    today = edition(day, extra)
    ask = opened(today)
    robots = sitemaps_in(ask(f"{BASE}/robots.txt").body, f"{BASE}/robots.txt")
    waiting = deque([f"{BASE}/", *(BASE + seed for seed in spider_class("demo").seeds), *robots])
    seen, kinds, articles, scripted = set(waiting), Counter[str](), set(), set()
    while waiting:
        url = waiting.popleft()
        answer = ask(url)
        if answer.status != 200:
            continue
        path = urlsplit(url).path
        if today.find(path):
            articles.add(path)
        found = look(answer.body, url, HOSTS)
        scripted |= {path} if POSTBACK in found.notes else set()
        for link in found.links:
            if link.url not in seen:
                seen.add(link.url)
                kinds[link.found_in] += 1
                waiting.append(link.url)
    return articles, kinds, scripted


@pytest.mark.slow
def test_every_reachable_article_of_a_large_paper_is_found() -> None:
    articles, kinds, scripted = walked(1, ARTICLES)
    assert articles == reachable_in(edition(1, ARTICLES))
    assert len(articles) > 0.87 * ARTICLES
    assert set(kinds) == {"page", "pagination", "feed", "sitemap", "sitemap-index"}
    # 30 of 40 stand in the ten lists that can be turned, 20 a page; what is not a first page was found as a later one
    assert kinds["pagination"] >= ARTICLES * 30 / 40 / 20 - 10
    assert scripted == {"/Thong-bao/61.bst"}, "the one list whose later pages no request reaches is told"


@pytest.mark.slow
def test_every_reachable_article_of_every_day_of_the_small_paper_is_found() -> None:
    for day in (1, 2, 3):
        articles, _, scripted = walked(day, 0)
        assert articles == reachable_in(edition(day))
        assert not scripted


@pytest.mark.slow
def test_the_paper_has_a_list_of_every_form() -> None:
    forms = {section.paging for section in SECTIONS + GENERATED}
    assert forms == {
        "query",
        "path",
        "cursor",
        "postback",
        "suffix",
        "directory",
        "letter",
        "module",
        "timeline",
        "script",
    }


@pytest.mark.slow
def test_a_real_crawl_brings_every_reachable_article_home_and_asks_once_for_each(path: Path) -> None:
    with Newspaper(extra_articles=400) as paper:
        crawled = crawl(paper.base_url, path, "--no-pictures")
        with open_archive(path) as db:
            archived = {urlsplit(one.url).path for one in articles(db)}
        asked = Counter(request.path for request in paper.log)
    assert archived == reachable_in(edition(1, 400))
    assert crawled.summary["counts"]["new"] == len(archived), "each for the first time"
    assert crawled.summary["counts"][f"not followed: {POSTBACK}"] == 1
    assert set(asked.values()) == {1}
