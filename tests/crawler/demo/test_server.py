"""The paper over real HTTP: answers, conditions, compression, days, the log."""

from __future__ import annotations

import gzip
import threading
from datetime import UTC, datetime
from http.client import HTTPConnection
from time import monotonic
from urllib.parse import urlsplit

import pytest

from crawler.demo.paper import DAYS, changes, published
from crawler.demo.server import Newspaper
from tests.support import pace

from .conftest import Get, ask

BRIDGE = "/chuyen-muc/tin/238131/thong-xe-ky-thuat-cau-ben-got"
TEA = "/che-phu-khe-duoc-gia-dau-vu-post238130.html"
DYKE = "/thoi-su/gia-co-de-ta-thao-truoc-mua-lu-238125.htm"
DOCTOR = "/Tin-Bai/phong-kham-cua-bac-si-ve-huu/51-800-238123"
PICTURE = "/anh/2026/05/doi-che-phu-khe.png"
FAR_FUTURE = "Wed, 01 Jan 2031 00:00:00 GMT"


@pytest.mark.parametrize("day", DAYS)
def test_every_article_answers_as_its_state_says(newspaper: Newspaper, get: Get, day: int) -> None:
    newspaper.turn_to(day)
    expected = {"live": 200, "moved": 200, "gone-404": 404, "gone-410": 410}
    for one in published(day):
        assert get(one.path).status == expected[one.state], one.path


@pytest.mark.parametrize("day", [DAYS[-1], *(pytest.param(day, marks=pytest.mark.slow) for day in DAYS[:-1])])
def test_every_picture_answers(newspaper: Newspaper, get: Get, day: int) -> None:
    newspaper.turn_to(day)
    for one in (picture for article in published(day) for picture in article.pictures):
        reply = get(one.path)
        assert (reply.status, reply.headers["Content-Type"], reply.body[1:4]) == (200, "image/png", b"PNG")


def test_a_moved_article_redirects(newspaper: Newspaper, get: Get) -> None:
    newspaper.turn_to(3)
    [(old, new)] = changes(3).moved
    moved = get(old)
    assert (moved.status, moved.headers["Location"]) == (301, newspaper.base_url + new)
    assert f'<link rel="canonical" href="{newspaper.base_url}{new}">' in get(new).text


def test_tomorrow_is_not_there_yet(newspaper: Newspaper, get: Get) -> None:
    tomorrow = changes(2).added[0]
    assert get(tomorrow).status == 404
    newspaper.turn_to(2)
    assert get(tomorrow).status == 200


def test_turning_the_page_shows_the_edits(newspaper: Newspaper, get: Get) -> None:
    assert "412 tỷ đồng" in get(BRIDGE).text
    newspaper.turn_to(2)
    assert "421 tỷ đồng" in get(BRIDGE).text and "412 tỷ đồng" not in get(BRIDGE).text


def test_there_is_no_fourth_day(newspaper: Newspaper) -> None:
    with pytest.raises(ValueError, match="4"):
        newspaper.turn_to(4)


def test_what_is_missing_says_so_in_the_papers_dress(get: Get) -> None:
    for path in ("/khong-co-trang-nay.htm", "/kinh-te/trang-99.htm", "/anh/2026/05/khong-co.png", "/rss/khong-co.rss"):
        reply = get(path)
        assert reply.status == 404 and "Không tìm thấy trang" in reply.text and "Báo Sông Thao" in reply.text


@pytest.mark.parametrize("path", [TEA, PICTURE, "/rss/home.rss", "/sitemap.xml", "/sitemaps/tin-2026-5.xml"])
def test_validators_give_304(get: Get, path: str) -> None:
    first = get(path)
    same_tag = get(path, If_None_Match=first.headers["ETag"])
    same_date = get(path, If_Modified_Since=first.headers["Last-Modified"])
    assert (same_tag.status, same_tag.body, same_date.status) == (304, b"", 304)
    assert same_tag.headers["ETag"] == first.headers["ETag"]
    assert get(path, If_None_Match='"other"', If_Modified_Since=FAR_FUTURE).status == 200, "the tag decides"
    assert get(path, If_None_Match=f'"other", {first.headers["ETag"]}').status == 304
    assert get(path, If_Modified_Since="Fri, 01 May 2020 00:00:00 GMT").status == 200
    assert get(path, If_Modified_Since="yesterday").status == 200


def test_an_edit_ends_the_304(newspaper: Newspaper, get: Get) -> None:
    old, feed = get(TEA), get("/rss/home.rss")
    newspaper.turn_to(2)
    assert get(TEA, If_None_Match=old.headers["ETag"]).status == 200
    assert get(TEA, If_Modified_Since=old.headers["Last-Modified"]).status == 200
    assert get("/rss/home.rss", If_None_Match=feed.headers["ETag"]).status == 200


def test_templates_differ_in_validators(get: Get) -> None:
    given = {
        path: [name for name in ("ETag", "Last-Modified") if name in get(path).headers]
        for path in (BRIDGE, DOCTOR, DYKE)
    }
    assert given == {BRIDGE: [], DOCTOR: [], DYKE: ["Last-Modified"]}
    assert get(BRIDGE, If_Modified_Since=FAR_FUTURE).status == 200


def test_charset_stands_in_the_header_of_some_and_in_the_page_of_all(get: Get) -> None:
    declared = {path: get(path).headers["Content-Type"] for path in (BRIDGE, TEA, DYKE, DOCTOR)}
    with_charset = "text/html; charset=utf-8"
    assert declared == {BRIDGE: with_charset, TEA: with_charset, DYKE: "text/html", DOCTOR: "text/html"}
    assert '<meta charset="utf-8">' in get(DYKE).text
    assert 'content="text/html; charset=utf-8"' in get(DOCTOR).text


def test_gzip_only_where_accepted(get: Get) -> None:
    packed = get(BRIDGE, Accept_Encoding="gzip, deflate")
    assert packed.headers["Content-Encoding"] == "gzip" and packed.headers["Vary"] == "Accept-Encoding"
    assert "cầu Bến Gót" in gzip.decompress(packed.body).decode()
    assert "Content-Encoding" not in get(BRIDGE).headers
    assert "Content-Encoding" not in get(PICTURE, Accept_Encoding="gzip").headers


def test_head_gives_the_headers_alone(get: Get) -> None:
    head, full = get(TEA, method="HEAD"), get(TEA)
    assert (head.status, head.body, head.headers["ETag"]) == (200, b"", full.headers["ETag"])
    assert int(head.headers["Content-Length"]) > 5000


def test_one_connection_serves_many_requests(newspaper: Newspaper) -> None:
    connection = HTTPConnection(urlsplit(newspaper.base_url).netloc, timeout=10)
    for path, status in (("/", 200), ("/khong-co", 404), (TEA, 200), (PICTURE, 200)):
        connection.request("GET", path)
        response = connection.getresponse()
        assert (response.status, response.version) == (status, 11)
        response.read()
        assert connection.sock is not None, "kept alive"
    connection.close()


def test_a_kept_alive_reader_does_not_wait(newspaper: Newspaper) -> None:
    connection = HTTPConnection(urlsplit(newspaper.base_url).netloc, timeout=10)
    started = monotonic()
    for _ in range(50):
        connection.request("GET", BRIDGE)
        connection.getresponse().read()
    connection.close()
    assert monotonic() - started < 1.5 * pace(), "a delayed acknowledgement a page would cost two seconds"


def test_the_log(newspaper: Newspaper, get: Get) -> None:
    before = datetime.now(UTC)
    get("/kinh-te?x=1", User_Agent="reader/1.0 (+mailto:a@b.example)")
    get(PICTURE, method="HEAD", If_Modified_Since=FAR_FUTURE)
    first, second = newspaper.log
    assert (first.method, first.path, first.status, first.conditional) == ("GET", "/kinh-te?x=1", 200, False)
    assert first.user_agent == "reader/1.0 (+mailto:a@b.example)" and before <= first.answered_at <= second.answered_at
    assert (second.method, second.status, second.conditional) == ("HEAD", 304, True)


def test_the_host_of_the_request_is_the_papers_host(get: Get) -> None:
    assert (
        "<loc>http://baosongthao.example/sitemaps/chuyen-muc.xml</loc>"
        in get("/sitemap.xml", Host="baosongthao.example").text
    )


def test_it_closes_at_once_and_leaves_no_thread() -> None:
    with Newspaper() as paper:
        idle = HTTPConnection(urlsplit(paper.base_url).netloc, timeout=10)
        idle.request("GET", "/robots.txt")
        idle.getresponse().read()
    assert not [one for one in threading.enumerate() if "newspaper" in one.name or "process_request" in one.name]
    idle.close()


def test_a_large_paper_starts() -> None:
    with Newspaper(extra_articles=5000) as paper:
        assert ask(paper, "/").status == 200
        for one in published(1, extra_articles=5000)[29::997]:
            reply = ask(paper, one.path)
            assert reply.status == 200 and one.headline in reply.text
        assert ask(paper, "/kinh-te/trang-25.htm").status == 200


def test_the_newsroom_edits_and_adds_the_same_in_every_run() -> None:
    def story() -> tuple[tuple[str, ...], ...]:
        paper = Newspaper(extra_articles=400)
        return paper.revise(5), paper.add(3), paper.revise(5)

    first = story()
    assert first == story()
    assert set(first[0]) != set(first[2])
    assert all(len(set(paths)) == count for paths, count in zip(first, (5, 3, 5), strict=True))


def test_an_edit_shows_wherever_it_should() -> None:
    with Newspaper(extra_articles=400) as paper:
        before = {one.path: one for one in paper.published()}
        index = ask(paper, "/sitemap.xml")
        edited = paper.revise(30)
        for one in paper.published():
            changed = one != before[one.path]
            assert changed == (one.path in edited), one.path
            if changed:
                assert one.body[2].text in ask(paper, one.path).text
                assert one.body != before[one.path].body and one.headline == before[one.path].headline
                assert one.modified_at is not None and before[one.path].modified_at is None
        again = ask(paper, "/sitemap.xml", If_None_Match=index.headers["ETag"])
        assert again.status == 200 and "<lastmod>2026-05-18T10:01:00+07:00</lastmod>" in again.text


def test_an_edit_can_be_made_at_any_time() -> None:
    now = datetime(2027, 1, 2, 3, 4, tzinfo=UTC)
    with Newspaper(extra_articles=400) as paper:
        [path] = paper.revise(1, now)
        [one] = [one for one in paper.published() if one.path == path]
        assert one.modified_at == now


def test_what_is_added_stands_first() -> None:
    with Newspaper(extra_articles=400) as paper:
        feed = ask(paper, "/atom.xml").text
        added = paper.add(7)
        assert ask(paper, "/atom.xml").text != feed
        assert all(ask(paper, path).status == 200 for path in added)
        assert [one.path for one in paper.published()][29:36] == list(added)
        places = [ask(paper, "/atom.xml").text.find(one.path) for one in paper.published()[29:60]]
        named = [place for place in places if place >= 0]
        assert len(named) > 20 and named == sorted(named), "the newest first"


def test_there_are_not_so_many_to_edit() -> None:
    with pytest.raises(ValueError, match="population"):
        Newspaper(extra_articles=10).revise(11)
