"""The reader on every page of the newspaper, without a crawl: who reads a page twice reads the same twice."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.request import urlopen

import pytest

from archive import Reading, Unreadable, read_page
from crawler.demo.paper import DAYS, published
from crawler.demo.section_addresses import page_path
from crawler.demo.server import Newspaper
from crawler.demo_walkthrough import fields

GENERATED = 120


@pytest.fixture
def paper() -> Iterator[Newspaper]:
    with Newspaper(extra_articles=GENERATED) as running:
        yield running


def read(paper: Newspaper, path: str) -> Reading | Unreadable:
    with urlopen(paper.base_url + path) as answer:
        return read_page(answer.read(), answer.url, outlet="demo", encoding=answer.headers.get_content_charset())


@pytest.mark.parametrize("day", [DAYS[-1], *(pytest.param(day, marks=pytest.mark.slow) for day in DAYS[:-1])])
def test_every_article_reads_as_published(paper: Newspaper, day: int) -> None:
    paper.turn_to(day)
    for article in published(day, GENERATED):
        if article.live:
            found = read(paper, article.path)
            assert isinstance(found, Reading), (article.path, found)
            wrong = [one for one in fields(article, found) if one[1] != one[2]]
            assert (wrong, found.section, found.tags) == ([], article.section, article.tags), article.path


@pytest.mark.slow
def test_clock_counters_adverts_and_sidebars_change_no_reading(paper: Newspaper) -> None:
    for article in published(1):
        if article.live:
            first = read(paper, article.path)
            assert all(read(paper, article.path) == first for _ in range(5)), article.path


@pytest.mark.parametrize("generated", [0, GENERATED])
def test_every_page_of_a_section_is_a_listing(generated: int) -> None:
    with Newspaper(extra_articles=generated) as paper:
        for section in paper.edition.sections:
            size = paper.edition.size(section)
            for start in range(0, paper.edition.count(section), size):
                found = read(paper, page_path(section, start // size + 1, start))
                assert isinstance(found, Unreadable), (section.slug, start, found)
                assert found.reason == "listing", (section.slug, start, found)


def test_the_front_page_is_no_article(paper: Newspaper) -> None:
    found = read(paper, "/")
    assert isinstance(found, Unreadable), found
    assert found.reason == "home"
