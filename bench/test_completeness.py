"""A first crawl of a paper of 5,000 articles and more brings home all that can be reached, and nothing twice."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from archive.queries.lookup import articles
from archive.storage.connection import open_archive
from bench.newsstand import newsstand
from crawler.demo.edition import edition
from crawler.demo.server import reachable_in
from tests.crawler.serving import crawl

pytestmark = pytest.mark.bench

ARTICLES = 5_200


def test_a_first_crawl_is_complete(tmp_path: Path) -> None:
    path = tmp_path / "archive.db"
    with newsstand(extra_articles=ARTICLES) as stand:
        crawled = crawl(stand.base_url, path, "--no-pictures")
        asked = Counter(request.path for request in stand.requests())
    with open_archive(path) as db:
        archived = {urlsplit(one.url).path for one in articles(db)}
    there = reachable_in(edition(1, ARTICLES))
    print(f"{len(archived & there)} of {len(there)} reachable articles, {len(asked)} requests: {crawled.summary}")
    assert archived == there
    assert max(asked.values()) == 1
