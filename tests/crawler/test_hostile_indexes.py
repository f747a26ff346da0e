"""Web archives that are broken or hostile: a backfill ends, says why, opens nothing but the web, and closes its run."""

from __future__ import annotations

import gzip
import json
import time
from dataclasses import replace
from pathlib import Path

import brotli
import pytest

from archive import Capture, open_archive
from archive.frontier.remote_index import Offer
from archive.model.errors import BadValue, LuubaoError
from archive.runtime.isolated import isolation
from crawler.backfill import archive_client, backfill_job, commoncrawl
from crawler.backfill import wayback as wayback_source
from crawler.backfill.archive_client import ArchiveClient, ArchiveSource, TimestampRange
from crawler.backfill.backfill_job import BackfillResult, backfill
from crawler.backfill.commoncrawl import CommonCrawl
from crawler.backfill.wayback import Wayback
from tests.crawler.hostile import endless, hostile, raw
from tests.crawler.serving import Answer, Site, served
from tests.support import NOON, PAPER, page

ROW = ["https://bao.example/bai-1.htm", "20260520120000", "text/html", "200", "ABC"]
COLUMNS = ["original", "timestamp", "mimetype", "statuscode", "digest"]


class Answers(dict[str, Answer]):
    """By path alone, whatever is asked for behind it."""

    def get(self, path: str, default: Answer | None = None) -> Answer | None:  # type: ignore[override]  # as dict's
        return super().get(path.partition("?")[0], default)


def client() -> ArchiveClient:
    return ArchiveClient("luubao-test", 0.0, sleep=lambda _: None)


def listed(path: Path, source: ArchiveSource) -> BackfillResult:
    return backfill(path, PAPER, source, TimestampRange(), most=1)


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
        if not path.startswith("/cdx"):
            return default
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
        done = backfill(path, PAPER, wayback(site), TimestampRange())
    assert (done.counts["filed"] + done.counts["late"], done.counts["failed"]) == (1, 1)


class Failing(Wayback):
    """A source with a mistake in it."""

    def take(self, offer: Offer) -> Capture | str:
        raise ZeroDivisionError("a mistake")


def test_a_mistake_in_the_middle_closes_the_run(path: Path) -> None:
    with served(Answers({"/cdx": Answer(json.dumps([COLUMNS, ROW]).encode())})) as site:
        source = Failing(client(), f"{site.base_url}/cdx", f"{site.base_url}/web/")
        with pytest.raises(ZeroDivisionError):
            backfill(path, PAPER, source, TimestampRange())
    with open_archive(path) as db:
        assert db.execute("SELECT outcome, reason FROM runs").fetchall() == [("failed", "ZeroDivisionError: a mistake")]


def test_a_response_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_client, "_LONGEST_RESPONSE", 0.0)
    with (
        served({"/x": Answer(b"x" * 1000)}) as site,
        pytest.raises(archive_client.WebArchiveBusy, match="not complete"),
    ):
        client().get(f"{site.base_url}/x")


@pytest.mark.parametrize("status", [204, 302, 403, 410])
@pytest.mark.parametrize("archive", ["wayback", "commoncrawl"])
def test_an_index_that_answers_with_an_error_does_not_say_that_there_is_nothing(
    archive: str, status: int, path: Path
) -> None:
    body = json.dumps([{"id": "CC-MAIN-2026-01", "cdx-api": "BASE/cdx"}])
    with served(answers := Answers({"/cdx": Answer(b"", status)})) as site:
        answers["/collinfo.json"] = Answer(body.replace("BASE", site.base_url).encode())
        source = wayback(site) if archive == "wayback" else common_crawl(site)
        problem = listed(path, source).problem
        assert problem and str(status) in problem
        answers["/cdx"] = Answer(b"[]" if archive == "wayback" else b"0")
        assert listed(path, source).problem is None


def test_a_transfer_that_breaks_off_is_no_page(path: Path) -> None:
    whole = page("Bài một").encode()
    head = b"HTTP/1.1 200 OK\r\nMemento-Datetime: Wed, 20 May 2026 12:00:00 GMT\r\nContent-Type: text/html\r\n"
    cut = [b"Content-Length: %d\r\n\r\n" % len(whole) + whole[:-40],
           b"Transfer-Encoding: chunked\r\n\r\n%x\r\n" % len(whole) + whole + b"\r\n"]  # fmt: skip
    for rest in cut:
        with (
            hostile({"/*": raw(head + rest)}) as server,
            pytest.raises(archive_client.WebArchiveBusy, match="Incomplete"),
        ):
            client().get(f"{server.base_url}/x")


def test_a_head_that_never_ends_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive_client, "_LONGEST_RESPONSE", 0.2)
    drip = endless(b"HTTP/1.1 200 OK\r\n", b"X")
    with hostile({"/*": drip}) as server, pytest.raises(archive_client.WebArchiveBusy, match=r"not complete|more than"):
        client().get(f"{server.base_url}/x")


def test_an_archive_that_wants_a_year_of_peace_has_it() -> None:
    busy = Answer(b"", 429, headers=(("Retry-After", b"31536000"),))
    with (
        served({"/x": busy}) as site,
        pytest.raises(archive_client.WebArchiveBusy, match="not to be asked for 31536000"),
    ):
        client().get(f"{site.base_url}/x")
    assert site.log == ["/x"]


def test_an_index_of_more_captures_than_can_wait_is_read_further_in_the_next_run(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backfill_job, "_MOST_WAITING", 3)
    with served(answers := MoreAndMore()) as site:
        done = listed(path, wayback(site))
    assert done.problem and "read further in the next run" in done.problem
    assert done.counts["listed"] == 3 and answers.asked == 3


class MoreAndMore(Answers):
    """An index whose every page names one more, and one more capture."""

    asked = 0

    def get(self, path: str, default: Answer | None = None) -> Answer | None:  # type: ignore[override]  # as dict's
        if not path.startswith("/cdx"):
            return default
        self.asked += 1
        row = [f"https://bao.example/bai-{self.asked}.htm", *ROW[1:]]
        return Answer(json.dumps([COLUMNS, row, [], [str(self.asked)]]).encode())


def test_a_long_listing_is_parsed_in_parts_under_its_legend(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commoncrawl, "_PART", 100)
    lines = [
        f"vn,bao)/a {20000101000000 + number} https://bao.example/a-{number}.htm text/html 200 ABC"
        for number in range(20)
    ]
    body = "\n".join(["CDX N b a m s k", *lines]).encode()
    read = commoncrawl.read_index(archive_client.ArchiveResponse(200, {}, body))
    assert [line.timestamp for line in read.lines] == [
        str(20000101000000 + number) for number in range(20)
    ] and not read.odd


def test_a_line_that_begins_as_an_array_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where a part of the listing begins with it, and where all other lines of its part are impossible."""
    monkeypatch.setattr(commoncrawl, "_PART", 2_000)
    good = b'{"url": "https://bao.example/a.htm", "timestamp": "20190501080000"}\n'
    for lines in ((b"[" * 3_000 + b"\n", good), (good, b"[" * 3_000 + b"\n", b"{}{}\n" * 1_000, good)):
        read = commoncrawl.read_index(archive_client.ArchiveResponse(200, {}, b"".join(lines)))
        assert len(read.lines) == lines.count(good)
        assert read.odd[0].startswith("'[[[") and read.odd[0].endswith("is no line of an index")


def test_a_listing_that_cannot_be_understood_keeps_nobody_from_what_waits(path: Path) -> None:
    """Of one host; that of the other is read, and its capture taken."""
    outlet = replace(PAPER, hosts=("mot.example", "bao.example"))
    row = json.dumps([COLUMNS, ROW]).encode()
    answers = ByHost({
        "mot.example": Answer(b"<html>an error</html>"), "bao.example": Answer(row),
        f"/web/{ROW[1]}id_/{ROW[0]}": Answer(
            page("Bài một").encode(), headers=(("Memento-Datetime", b"Wed, 20 May 2026 12:00:00 GMT"),)
        ),
    })  # fmt: skip
    with served(answers) as site:
        done = backfill(path, outlet, wayback(site), TimestampRange())
    assert done.problem and "cannot be understood: '<html>" in done.problem
    assert (done.counts["listed"], done.counts["filed"], done.counts["waiting"]) == (1, 1, 0), done.counts


class ByHost(Answers):
    """An index for each host that is asked for."""

    def get(self, path: str, default: Answer | None = None) -> Answer | None:  # type: ignore[override]  # as dict's
        host = next((host for host in ("mot.example", "bao.example") if host in path), "")
        return super().get(host if path.startswith("/cdx") else path, default)


@pytest.mark.parametrize("limit", ["_MOST_LINES", "_MOST_ODD"])
def test_a_page_of_an_index_with_too_many_lines_is_none(limit: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(commoncrawl, limit, 2)
    line = b'{"url": "https://bao.example/a.htm", "timestamp": "%d"}\n'
    moment = 20000101000000
    body = line % moment + line % (moment if limit == "_MOST_LINES" else 0) * 3
    with pytest.raises(LuubaoError, match="more than"):
        commoncrawl.read_index(archive_client.ArchiveResponse(200, {}, body))


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_a_memento_that_unpacks_without_end_is_left_in_a_worker(coding: str, path: Path) -> None:
    """A million empty members hold a processor for half a minute: not this one's."""
    packed = {"gzip": gzip.compress(b"") * 1_000_000, "br": brotli.compress(bytes(100_000_000), quality=5)}[coding]  # fmt: skip
    memento = (("Memento-Datetime", b"Wed, 20 May 2026 12:00:00 GMT"), ("Content-Encoding", coding.encode()))
    with served({f"/web/{ROW[1]}id_/{ROW[0]}": Answer(packed, headers=memento)}) as site, isolation():
        began = time.process_time()
        with pytest.raises(BadValue, match=r"it would unpack|cannot be read: not read within|is empty"):
            raise BadValue(str(wayback(site).take(Offer(ROW[0], NOON, f"{ROW[1]}id_/{ROW[0]}"))))
        assert time.process_time() - began < 2
