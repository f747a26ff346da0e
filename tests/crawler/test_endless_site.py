"""A site whose sitemaps and pictures have no end: a run ends in its own limits, says which, and goes on in the next."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from socket import socket

import pytest

from tests.crawler.hostile import Hostile, Trap, answering, hostile
from tests.crawler.measured import Measured, measured
from tests.crawler.serving import Answer, article, front

INDEX = '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{}</sitemapindex>'
GOOD = {f"/bai-{number}.htm": article(f"Bài {number}") for number in range(4)}


def sitemaps_of(server: Hostile) -> Trap:
    """An index that names itself, two others that name each other, and two that nobody named before."""
    numbers = count()

    def trap(connection: socket, path: str) -> None:
        names = ["sitemap.xml", "sitemap-a.xml", "sitemap-b.xml", *(f"sitemap-{next(numbers)}.xml" for _ in range(2))]
        body = "".join(f"<sitemap><loc>{server.base_url}/{name}</loc></sitemap>" for name in names)
        answering(Answer(INDEX.format(body).encode(), headers=(("Content-Type", b"application/xml"),)))(
            connection, path
        )

    return trap


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Hostile, Measured]]:
    pictures = "".join(f'<figure><img src="/anh-{number}.jpg"></figure>' for number in range(300))
    with hostile({}) as server:
        endless = sitemaps_of(server)
        server.traps = {
            "/": front("/anh.htm", *GOOD),
            **GOOD,
            "/anh.htm": article("Bài có ảnh", f"Ảnh. {pictures} Hết."),
            "/sitemap.xml": endless,
            "/sitemap-*": endless,
            "/anh-*": Answer(b"no picture", 404),
        }
        settings = {"LUUBAO_MAX_SITEMAPS": 8, "LUUBAO_PICTURES_PER_RUN": 10}
        yield server, measured(server.base_url, tmp_path_factory.mktemp("endless") / "a.db", settings=settings)


def test_the_articles_come(crawled: tuple[Hostile, Measured]) -> None:
    _, crawl = crawled
    assert crawl.headlines() == [*(f"Bài {number}" for number in range(4)), "Bài có ảnh"]
    assert "Traceback" not in crawl.told


def test_sitemaps_that_name_one_another_without_end_are_left(crawled: tuple[Hostile, Measured]) -> None:
    server, crawl = crawled
    asked = [path for path in server.asked if path.startswith("/sitemap")]
    assert 4 <= len(asked) <= 9, "eight new ones, and the seed"
    assert len(asked) == len(set(asked)), "none is asked for twice"
    assert "sitemaps" in str(crawl.summary["reason"]) + crawl.told


def test_pictures_beyond_the_limit_wait(crawled: tuple[Hostile, Measured]) -> None:
    server, _ = crawled
    assert len([path for path in server.asked if path.startswith("/anh-")]) == 10
