"""Web archives that are broken or hostile: a backfill ends, says why, opens nothing but the web, and closes its run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archive.model.errors import BadValue
from crawler.backfill import archive_client
from crawler.backfill.archive_client import ArchiveClient
from crawler.backfill.archive_source import ArchiveSource, Span
from crawler.backfill.backfill_job import BackfillResult, backfill
from crawler.backfill.commoncrawl import CommonCrawl
from crawler.backfill.wayback import Wayback
from tests.crawler.serving import Answer, Site, served
from tests.support import PAPER

ROW = ["https://bao.example/bai-1.htm", "20260520120000", "text/html", "200", "ABC"]
COLUMNS = ["original", "timestamp", "mimetype", "statuscode", "digest"]


class Answers(dict[str, Answer]):
    """By path alone, whatever is asked for behind it."""

    def get(self, path: str, default: Answer | None = None) -> Answer | None:  # type: ignore[override]  # as dict's
        return super().get(path.partition("?")[0], default)


def client() -> ArchiveClient:
    return ArchiveClient("luubao-test", 0.0, sleep=lambda _: None)


def listed(path: Path, source: ArchiveSource) -> BackfillResult:
    return backfill(path, PAPER, source, Span(), most=1)


def common_crawl(site: Site) -> CommonCrawl:
    return CommonCrawl(client(), f"{site.base_url}/", f"{site.base_url}/")


@pytest.mark.parametrize("url", ["file:///etc/hostname", "ftp://127.0.0.1/x", "data:text/plain,x", "javascript:x"])
def test_nothing_but_the_web_is_opened(url: str, path: Path) -> None:
    with pytest.raises(BadValue, match="no web address"):
        client().get(url)
    crawls = [{"id": "CC-MAIN-2026-01", "cdx-api": f"{url}#"}]
    with served({"/collinfo.json": Answer(json.dumps(crawls).encode())}) as site:
        problem = listed(path, common_crawl(site)).problem
    assert problem and "is no web address" in problem


@pytest.mark.parametrize("pages", [b'{"pages":null}', b"1e400", b"[" * 100_000, b"1000000000000000", b"-1"])
def test_a_number_of_pages_that_cannot_be_ends_the_backfill_in_a_sentence(pages: bytes, path: Path) -> None:
    crawls = [{"id": "CC-MAIN-2026-01", "cdx-api": "BASE/cc"}]
    with served(answers := Answers({"/cc": Answer(pages)})) as site:
        body = json.dumps(crawls).replace("BASE", site.base_url).encode()
        answers["/collinfo.json"] = Answer(body)
        problem = listed(path, common_crawl(site)).problem
    assert problem and "the index" in problem


def test_an_index_that_goes_round_in_a_circle_is_left(path: Path) -> None:
    body = json.dumps([COLUMNS, ROW, [], ["again"]]).encode()
    with served(Answers({"/cdx": Answer(body)})) as site:
        problem = listed(path, Wayback(client(), f"{site.base_url}/cdx", f"{site.base_url}/web/")).problem
    assert problem and "circle" in problem


def test_a_response_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_client, "_LONGEST_RESPONSE", 0.0)
    monkeypatch.setattr(archive_client, "_CHUNK", 10)
    with served({"/x": Answer(b"x" * 1000)}) as site, pytest.raises(archive_client.ArchiveBusy, match="not complete"):
        client().get(f"{site.base_url}/x")
