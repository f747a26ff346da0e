"""Real pages, crawled over loopback under their own paths: what a person reads in them is what lands in the archive."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from sqlite_utils import Database

from archive.model.records import Reading
from archive.queries import lookup
from archive.storage.connection import open_archive
from tests import killable_commands
from tests.crawler.real_pages import PAGES
from tests.extract.test_metadata_real_pages import ARTICLES as SIGNED
from tests.extract.test_metadata_real_pages import Read
from tests.extract.test_real_pages import ARTICLES as WRITTEN
from tests.extract.test_real_pages import Expected

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not PAGES.is_dir(), reason="the saved pages are not beside the repository"),
]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    path = tmp_path_factory.mktemp("real") / "real.db"
    command = [sys.executable, "-m", "tests.crawler.real_pages", str(path)]
    for _ in range(2):  # the second crawl finds everything unchanged
        done = killable_commands.run(command)
        assert done.returncode == 0, done.stderr
    with open_archive(path) as db:
        yield db


def landed(db: Database, url: str) -> Reading:
    path = urlsplit(url).path
    (article,) = [one for one in lookup.articles(db) if urlsplit(one.url).path == path]
    return lookup.reading_of(db, article.id)[1]


@pytest.mark.parametrize("page", WRITTEN.values(), ids=WRITTEN)
def test_words_and_pictures(crawled: Database, page: Expected) -> None:
    reading = landed(crawled, page.url)
    assert (reading.headline, reading.lead) == (page.headline, page.lead)
    paragraphs = [block.text for block in reading.blocks if block.kind in ("paragraph", "subhead", "quote")]
    assert paragraphs[0].startswith(page.first)
    assert paragraphs[-1].startswith(page.last)
    captioned = [(image.caption, image.credit) for image in reading.images if image.caption]
    assert captioned == [(caption, credit) for caption, credit, _ in page.captions]


@pytest.mark.parametrize("page", SIGNED, ids=lambda page: page.file)
def test_authors_and_minute(crawled: Database, page: Read) -> None:
    reading = landed(crawled, page.url)
    assert reading.authors == page.authors
    assert reading.published_at is not None
    assert reading.published_at.isoformat(timespec="minutes")[:16] == page.published[:16]
    assert reading.published_at.utcoffset() is not None


def test_only_articles_are_articles_and_a_second_crawl_finds_no_edit(crawled: Database) -> None:
    assert {urlsplit(one.url).path for one in lookup.articles(crawled)} == {urlsplit(p.url).path for p in SIGNED}
    assert crawled.execute("SELECT max(number) FROM versions").fetchone() == (1,)
    assert crawled.execute("SELECT count(*) FROM captures WHERE outcome = 'revisit'").fetchone()[0] >= len(SIGNED)
