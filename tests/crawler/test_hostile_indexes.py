"""Web archives that are broken or hostile: a backfill ends, says why, opens nothing but the web, and closes its run."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from archive import Capture, open_archive
from archive.frontier.remote_index import Offer
from archive.model.errors import BadValue
from crawler.backfill import archive_client, backfill_job
from crawler.backfill import wayback as wayback_source
from crawler.backfill.archive_client import ArchiveClient, ArchiveSource, Span
from crawler.backfill.backfill_job import BackfillResult, backfill
from crawler.backfill.commoncrawl import CommonCrawl
from crawler.backfill.wayback import Wayback
from tests.crawler.serving import Answer, Site, served
from tests.support import PAPER, page

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
        problem = listed(path, wayback(site)).problem
    assert problem and "circle" in problem


def wayback(site: Site) -> Wayback:
    return Wayback(client(), f"{site.base_url}/cdx", f"{site.base_url}/web/")


class NewKeys(Answers):
    """An index whose every page names one more."""

    asked = 0

    def get(self, path: str, default: Answer | None = None) -> Answer | None:  # type: ignore[override]  # as dict's
        self.asked += 1
        return Answer(json.dumps([COLUMNS, ROW, [], [str(self.asked)]]).encode())


def test_an_index_that_always_names_one_more_page_is_left(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backfill_job, "MAX_PAGES", 5)
    with served(answers := NewKeys()) as site:
        problem = listed(path, wayback(site)).problem
    assert problem and "has no end" in problem
    assert answers.asked == 6


def test_a_page_of_an_index_beyond_its_bound_is_left(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wayback_source, "_LARGEST_INDEX", 1000)
    with served(Answers({"/cdx": Answer(b" " * 1001)})) as site:
        problem = listed(path, wayback(site)).problem
    assert problem and "a page of the index has more than 1,000 bytes" in problem


@pytest.mark.parametrize("body", [b"[" * 100_000, b"5", b"[5]", b"[null]", b"\xff", b'[{"id": "CC"}]', b""])
def test_a_list_of_crawls_that_is_none_ends_the_backfill_in_a_sentence(body: bytes, path: Path) -> None:
    with served({"/collinfo.json": Answer(body)}) as site:
        problem = listed(path, common_crawl(site)).problem
    assert problem and "collinfo.json is no list of crawls" in problem


def test_a_replay_that_redirects_to_no_address_keeps_nobody_from_the_next(path: Path) -> None:
    other = ["https://bao.example/bai-2.htm", *ROW[1:]]
    answers = Answers({
        "/cdx": Answer(json.dumps([COLUMNS, ROW, other]).encode()),
        f"/web/{ROW[1]}id_/{ROW[0]}": Answer(b"", 302, headers=(("Location", b"http://[::1"),)),
        f"/web/{ROW[1]}id_/{other[0]}": Answer(
            page("Bài hai").encode(), headers=(("Memento-Datetime", b"Wed, 20 May 2026 12:00:00 GMT"),)
        ),
    })  # fmt: skip
    with served(answers) as site:
        done = backfill(path, PAPER, wayback(site), Span())
    assert (done.counts["filed"] + done.counts["late"], done.counts["failed"]) == (1, 1)


class Failing(Wayback):
    """A source with a mistake in it."""

    def take(self, offer: Offer) -> Capture | str:
        raise ZeroDivisionError("a mistake")


def test_a_mistake_in_the_middle_closes_the_run(path: Path) -> None:
    with served(Answers({"/cdx": Answer(json.dumps([COLUMNS, ROW]).encode())})) as site:
        source = Failing(client(), f"{site.base_url}/cdx", f"{site.base_url}/web/")
        with pytest.raises(ZeroDivisionError):
            backfill(path, PAPER, source, Span())
    with open_archive(path) as db:
        assert db.execute("SELECT outcome, reason FROM runs").fetchall() == [("failed", "ZeroDivisionError: a mistake")]


def test_a_response_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_client, "_LONGEST_RESPONSE", 0.0)
    monkeypatch.setattr(archive_client, "_CHUNK", 10)
    with (
        served({"/x": Answer(b"x" * 1000)}) as site,
        pytest.raises(archive_client.WebArchiveBusy, match="not complete"),
    ):
        client().get(f"{site.base_url}/x")
