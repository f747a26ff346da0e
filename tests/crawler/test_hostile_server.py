"""What a hostile server can do to a crawl: each trap bounded in time and memory, written down, and survived. The rest of
the paper is crawled all the same.

Several traps share one crawl, for a crawl takes seconds to start.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from socket import socket

import pytest

from tests.crawler.hostile import (
    GIB,
    Hostile,
    Trap,
    answering,
    authority,
    bombs,
    chunk,
    endless,
    hostile,
    numbered,
    packed,
    raw,
    resetting,
    silence,
)
from tests.crawler.measured import Measured, measured
from tests.crawler.serving import Answer, article, front, moved, rules, served
from tests.crawler.test_pictures import jpeg, painted

GOOD = {f"/bai-{number}.htm": article(f"Bài {number}") for number in range(4)}
HEADLINES = ["Bài 0", "Bài 1", "Bài 2", "Bài 3"]
OK = b"HTTP/1.1 200 OK\r\n"
HTML = b"Content-Type: text/html; charset=utf-8\r\n"
CHUNKED = b"Transfer-Encoding: chunked\r\n\r\n"
PAGE = article("Bài bẫy").body
LENGTH = b"Content-Length: %d\r\n\r\n" % len(PAGE)
MEGABYTE = bytes(1024**2)
MOST_MEMORY = 400
"""Megabytes. A crawl of a quiet paper has 100 to 150; two answers of 32 MiB and what they unpack to come on top."""


def paper(*links: str, **more: Trap | Answer) -> dict[str, Trap | Answer]:
    """A front page that leads to the links first, and then to good articles."""
    return {"/": front(*links, *GOOD), **GOOD, **more}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("hostile")


# Answers that never end, break off, or are no HTTP


ENDLESS: dict[str, Trap] = {
    "/headers.htm": endless(OK, b"X-Flood: " + b"a" * 1000 + b"\r\n"),
    "/one-header.htm": endless(OK + b"X-Line: ", b"a" * 65536),
    "/status-line.htm": endless(b"", b"a" * 65536),
    "/interim.htm": endless(b"", b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" * 1000),
    "/head-drips.htm": endless(OK, b"X-Drip: 1\r\n", pause=0.2),
    "/body-drips.htm": endless(OK + HTML + b"Content-Length: 100000\r\n\r\n", b"<p>", pause=0.2),
    "/silent.htm": silence,
    "/cookies.htm": endless(OK, b"".join(b"Set-Cookie: c%d=%s\r\n" % (n, b"x" * 50) for n in range(10_000))),
}
BROKEN: dict[str, Trap] = {
    "/reset.htm": resetting(),
    "/reset-in-head.htm": resetting(OK + b"X-A"),
    "/reset-in-body.htm": resetting(OK + HTML + LENGTH + PAGE[:300]),
    "/reset-without-length.htm": resetting(OK + HTML + b"\r\n" + PAGE[:300]),
    "/short.htm": raw(OK + HTML + LENGTH + PAGE[:300]),
    "/chunk-size.htm": raw(OK + HTML + CHUNKED + chunk(PAGE) + b"zzz\r\nrest"),
    "/chunk-cut.htm": raw(OK + HTML + CHUNKED + chunk(PAGE)),
    "/chunk-huge.htm": raw(OK + HTML + CHUNKED + b"ffffffffffffffffff\r\n" + PAGE),
    "/coding.htm": raw(OK + HTML + b"Transfer-Encoding: rot13\r\n\r\n" + PAGE),
    "/no-status.htm": raw(PAGE),
    "/nothing.htm": raw(),
    "/binary.htm": raw(bytes(range(256)) * 10),
    "/two-lengths.htm": raw(OK + b"Content-Length: 10\r\nContent-Length: 20\r\n\r\n" + PAGE),
    "/negative.htm": raw(OK + b"Content-Length: -1\r\n\r\n" + PAGE),
}
SIZED = HTML + LENGTH
FLAWED: dict[str, Trap] = {
    "/nul.htm": raw(OK + b"X-\0: \0\r\n" + SIZED + PAGE),
    "/quoted-name.htm": raw(OK + "‘access-control-allow-origin’: *\r\n".encode() + SIZED + PAGE),
    "/space-before-colon.htm": raw(OK + b"Server : old\r\n" + SIZED + PAGE),
    "/identity.htm": raw(OK + b"Transfer-Encoding: identity\r\n" + SIZED + PAGE),
    "/empty-length.htm": raw(OK + HTML + b"Content-Length:\r\n\r\n" + PAGE),
    "/long-policy.htm": raw(OK + b"Content-Security-Policy: " + b"a" * 20_000 + b"\r\n" + SIZED + PAGE),
    "/padded-chunks.htm": raw(OK + HTML + CHUNKED + b"%x  " % len(PAGE), b"\r\n" + PAGE + b"\r\n0  ;a=b\r\n\r\n"),
}
ODD_STATUS = {"/999.htm": 999, "/0.htm": 0, "/99999.htm": 99999, "/23-digits.htm": 99999999999999999999999}


@pytest.fixture(scope="module")
def broken(folder: Path) -> Iterator[tuple[Hostile, Measured]]:
    odd = {path: Answer(b"no", status) for path, status in ODD_STATUS.items()}
    ending = raw(OK + HTML + b"\r\n" + article("Bài cuối").body)
    traps: dict[str, Answer | Trap] = {**ENDLESS, **BROKEN, **odd, **FLAWED, "/ends-with-the-connection.htm": ending}
    with hostile({**paper(*traps), **traps}) as server:
        yield server, measured(server.base_url, folder / "broken.db")


def test_what_never_ends_is_ended(broken: tuple[Hostile, Measured]) -> None:
    server, crawl = broken
    assert server.outlasted == []
    assert crawl.megabytes < MOST_MEMORY


def test_what_broke_off_is_no_page(broken: tuple[Hostile, Measured]) -> None:
    """Half a page would show as an edit. What ends with its connection, as answers did before there were lengths, is
    whole."""
    _, crawl = broken
    captured = crawl.captured()
    assert captured.keys().isdisjoint({**ENDLESS, **BROKEN})
    assert captured["/ends-with-the-connection.htm"][1] == "fresh"
    assert crawl.headlines() == sorted([*HEADLINES, "Bài bẫy", "Bài cuối"])


def test_a_flaw_that_browsers_pass_over_costs_no_page(broken: tuple[Hostile, Measured]) -> None:
    server, crawl = broken
    captured = crawl.captured()
    assert {path: captured[path][0] for path in FLAWED} == dict.fromkeys(FLAWED, 200)
    assert [path for path in FLAWED if server.asked.count(path) != 1] == []


def test_what_gave_no_answer_is_tried_again_later(broken: tuple[Hostile, Measured]) -> None:
    server, crawl = broken
    assert {**ENDLESS, **BROKEN, **ODD_STATUS}.keys() <= set(crawl.waiting())
    assert crawl.counts["failed"] == len(ENDLESS) + len(BROKEN) + len(ODD_STATUS)
    assert [path for path in {**ENDLESS, **BROKEN} if server.asked.count(path) != 1] == []


def test_a_status_that_is_none_is_told_and_kept_nowhere(broken: tuple[Hostile, Measured]) -> None:
    _, crawl = broken
    assert not crawl.captured().keys() & ODD_STATUS.keys()
    for status in ODD_STATUS.values():
        assert f"the answer cannot be: {status} is no HTTP status (100 to 599)" in crawl.told


def test_a_broken_server_is_told_in_sentences(broken: tuple[Hostile, Measured]) -> None:
    _, crawl = broken
    assert crawl.code == 4
    assert crawl.summary["reason"] == "26 of 41 requests failed"
    assert "Traceback" not in crawl.told
    assert "headers.htm: more than 262144 bytes of headers" in crawl.told
    assert "silent.htm: Getting" in crawl.told
    assert "short.htm: the answer broke off before its end" in crawl.told
    assert "binary.htm: the answer is no HTTP (ParseError)" in crawl.told
    assert "nothing.htm: the connection was closed before there was an answer" in crawl.told
    assert "Failure" not in crawl.told


# Answers that are too large, or not what they say


LARGE: dict[str, tuple[Trap, str]] = {
    "/declared.htm": (
        endless(OK + HTML + b"Content-Length: %d\r\n\r\n" % (10 * GIB), MEGABYTE),
        "left: 10737418240 bytes are declared, at most 33554432 are taken",
    ),
    "/chunked.htm": (
        endless(OK + HTML + CHUNKED, chunk(MEGABYTE)),
        "left: more than the 33554432 bytes that are taken",
    ),
    "/unending.htm": (endless(OK + HTML + b"\r\n", MEGABYTE), "left: more than the 33554432 bytes that are taken"),
    "/video.htm": (
        endless(OK + b"Content-Type: video/mp4\r\n" + CHUNKED, chunk(MEGABYTE)),
        "left: video/mp4, more than the 4194304 bytes that are taken",
    ),
    "/declared-video.htm": (
        endless(OK + b"Content-Type: Video/MP4; codecs=x\r\nContent-Length: 5000000\r\n\r\n", MEGABYTE),
        "left: video/mp4, 5000000 bytes are declared, at most 4194304 are taken",
    ),
    "/disk.htm": (
        endless(OK + b"Content-Type: application/octet-stream\r\n\r\n", MEGABYTE),
        "left: application/octet-stream, more than the 4194304 bytes that are taken",
    ),
}
UNPACKED = "bytes that unpack to more than 33554432, which is what is taken"


@pytest.fixture(scope="module")
def large(folder: Path) -> Iterator[tuple[Hostile, Measured]]:
    nested = packed(", ".join(["gzip"] * 100), PAGE)
    pretended = {"/binary.htm": Answer(os.urandom(2_000_000), headers=(("Content-Type", b"text/html"),))}
    traps = {path: trap for path, (trap, _) in LARGE.items()}
    traps |= {f"/bomb-{coding}.htm": answering(bomb) for coding, bomb in bombs().items()}
    traps |= {"/nested.htm": answering(nested), "/not-packed.htm": answering(packed("gzip", PAGE))}
    with hostile({**paper(*traps, *pretended), **traps, **pretended}) as server:
        yield server, measured(server.base_url, folder / "large.db", settings={"DOWNLOAD_TIMEOUT": 10})


def test_what_is_too_large_is_stopped_and_its_head_kept(large: tuple[Hostile, Measured]) -> None:
    server, crawl = large
    captured = crawl.captured()
    assert {path: captured[path] for path in LARGE} == {p: (200, "error", why) for p, (_, why) in LARGE.items()}
    (headers,) = crawl.ask(
        "SELECT response FROM headers JOIN captures ON captures.id = capture_id WHERE requested_url LIKE '%/declared.htm'"
    )
    assert '["Content-Length", "10737418240"]' in headers
    assert server.outlasted == []


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_bomb_is_not_unpacked(large: tuple[Hostile, Measured], coding: str) -> None:
    status, outcome, detail = large[1].captured()[f"/bomb-{coding}.htm"]
    assert (status, outcome) == (200, "error")
    assert detail is not None
    assert detail.startswith("left: ")
    assert detail.endswith(UNPACKED)


def test_codings_around_one_another_are_not_unpacked(large: tuple[Hostile, Measured]) -> None:
    status, outcome, detail = large[1].captured()["/nested.htm"]
    assert (status, outcome) == (200, "error")
    assert detail is not None and detail.startswith("left: ") and detail.endswith("packed 100 times over")


def test_what_is_not_packed_as_it_says_is_kept_as_it_came(large: tuple[Hostile, Measured]) -> None:
    _, crawl = large
    status, outcome, detail = crawl.captured()["/not-packed.htm"]
    assert (status, outcome) == (200, "fresh")
    assert (detail or "").startswith("not unpacked: it is not gzip")
    assert crawl.headlines() == sorted([*HEADLINES, "Bài bẫy"])


def test_what_is_no_page_is_not_read_as_one(large: tuple[Hostile, Measured]) -> None:
    _, crawl = large
    (kind,) = crawl.ask(
        "SELECT kind FROM readings JOIN captures ON captures.id = capture_id WHERE requested_url LIKE '%/binary.htm'"
    )
    assert kind == "not-html"


def test_ten_gigabytes_take_little_time_and_memory(large: tuple[Hostile, Measured]) -> None:
    _, crawl = large
    assert crawl.megabytes < MOST_MEMORY
    assert "Traceback" not in crawl.told
    assert crawl.code == 4


# Redirects, and ways into the operator's network


@pytest.fixture(scope="module")
def led(folder: Path) -> Iterator[tuple[Hostile, Hostile, Measured]]:
    """The paper, a neighbour on another port of this machine that must never notice, and the crawl."""
    with hostile({"/": Answer(b"secret"), "/*": Answer(b"secret")}) as neighbour:
        number = neighbour.base_url.rpartition(":")[2]
        inside = [
            neighbour.base_url, f"http://localhost:{number}", f"http://127.1:{number}", f"http://2130706433:{number}",
            f"http://0x7f.0.0.1:{number}", f"http://[::1]:{number}", f"http://[::ffff:127.0.0.1]:{number}",
            f"http://0.0.0.0:{number}", f"http://noi-bo.example:{number}", "http://may-chu.example",
            "http://169.254.169.254/latest/meta-data", "http://[fd00::1]", "http://10.0.0.1",
        ]  # fmt: skip
        pictures = "".join(f'<img src="{place}/anh-{n}.jpg">' for n, place in enumerate(inside))
        pictures += '<img src="/anh-chuyen.jpg">'
        traps: dict[str, Trap | Answer] = {
            "/vong-1.htm": moved("/vong-2.htm"),
            "/vong-2.htm": moved("/vong-1.htm"),
            "/minh.htm": moved("/minh.htm"),
            "/banh.htm": Answer(status=302, headers=(("Location", b"/banh.htm"), ("Set-Cookie", b"seen=1"))),
            "/dai-0.htm": numbered(location=lambda number: b"/dai-%d.htm" % number),
            "/dai-*": numbered(location=lambda number: b"/dai-%d.htm" % number),
            "/rat-dai.htm": moved("/" + "a" * 10_000),
            "/qua-dai.htm": moved("/" + "a" * 100_000),
            "/tai-lai.htm": Answer(
                article("Bài tải lại", "Nước lên rồi nước lại xuống. " * 40).body.replace(
                    b"<head>", f'<head><meta http-equiv="refresh" content="30;url={neighbour.base_url}/">'.encode()
                ),
                headers=(("Content-Type", b"text/html; charset=utf-8"),),
            ),
            **{f"/chuyen-{n}.htm": moved(f"{place}/{n}") for n, place in enumerate(inside)},
            "/anh.htm": article("Bài có ảnh", f"Ảnh chụp sáng nay.{pictures} Sông vẫn chảy như mọi ngày."),
            "/anh-chuyen.jpg": moved(f"{neighbour.base_url}/anh.jpg"),
        }
        links = [
            *traps,
            *(f"{place}/bai.htm" for place in inside),
            "http://báo-lạ.example/bai.htm",
            "/" + "b" * 100_000,
        ]
        with hostile({**paper(*(link for link in links if "*" not in link)), **traps}) as server:
            names = {"TWISTED_DNS_RESOLVER": "tests.crawler.host_names.Names"}
            yield server, neighbour, measured(server.base_url, folder / "led.db", settings=names)


def test_nobody_inside_is_asked(led: tuple[Hostile, Hostile, Measured]) -> None:
    """Neither for pages nor for pictures, nor where redirects lead, however the number is written or named."""
    _, neighbour, crawl = led
    assert (neighbour.connections, neighbour.asked) == (0, [])
    assert "Traceback" not in crawl.told


def test_redirects_end(led: tuple[Hostile, Hostile, Measured]) -> None:
    server, _, crawl = led
    assert max(server.asked.count(path) for path in server.asked) == 1
    steps = sum(path.startswith("/dai-") for path in server.asked)
    assert steps == 6  # the first and five more
    captured = crawl.captured()
    assert {captured[path][0] for path in ("/vong-1.htm", "/vong-2.htm", "/minh.htm", "/banh.htm")} == {302}


def test_where_redirects_led_inside_is_kept(led: tuple[Hostile, Hostile, Measured]) -> None:
    _, neighbour, crawl = led
    (final,) = crawl.ask("SELECT final_url FROM captures WHERE requested_url LIKE '%/chuyen-0.htm'")
    assert final == f"{neighbour.base_url}/0"


def test_addresses_without_end_are_not_asked(led: tuple[Hostile, Hostile, Measured]) -> None:
    server, _, crawl = led
    assert max(len(path) for path in server.asked) < 100
    assert max(len(url) for url in crawl.ask("SELECT url FROM frontier")) < 2100


def test_the_rest_of_the_paper_is_there(led: tuple[Hostile, Hostile, Measured]) -> None:
    _, _, crawl = led
    assert crawl.headlines() == sorted([*HEADLINES, "Bài tải lại", "Bài có ảnh"])


def test_pictures_inside_are_recorded_as_left(led: tuple[Hostile, Hostile, Measured]) -> None:
    _, _, crawl = led
    details = crawl.ask("SELECT detail FROM picture_captures WHERE outcome = 'error'")
    assert len(details) == 13  # one more is taken for the paper's own: 127.0.0.1 on another port; it answers 404
    assert all("inside the network of this machine" in detail for detail in details), details


def leading_on(pattern: str, *steps: int) -> Trap:
    """Pages without end, each of which leads only to others that many numbers on."""

    def trap(connection: socket, path: str) -> None:
        number = int("".join(filter(str.isdigit, path)))
        answering(front(*(pattern.format(number + step) for step in steps)))(connection, path)

    return trap


@pytest.mark.slow
def test_lists_and_calendars_without_end_are_left(path: Path) -> None:
    """Where four articles are all there is, the run has to know by itself that no more will come."""
    traps = {"/lich/*": leading_on("/lich/{}.htm", 1, -1), "/muc/*": leading_on("/muc/trang-{}.htm", 1)}
    with hostile({**paper("/lich/1000.htm", "/muc/trang-2.htm"), **traps}) as server:
        crawl = measured(server.base_url, path)
        first = len(server.asked)
        measured(server.base_url, path)
    assert crawl.headlines() == HEADLINES
    assert (crawl.code, crawl.told) == (0, "")
    assert len({one for one in server.asked if one.startswith("/lich/")}) == 39, (
        "twenty links from the front page, both ways"
    )
    assert first < 400
    assert len(server.asked) < first + 400


def test_a_proxy_inside_is_asked_and_what_it_could_reach_is_not(path: Path) -> None:
    """A proxy is asked for whole addresses; it looks up their names itself."""
    page = article("Bài qua máy chủ", "Ảnh: <img src='http://10.0.0.1/a.jpg'><img src='http://may-in/a.jpg'> Hết.")
    pages = {"http://bao.example/": front("/bai.htm"), "http://bao.example/bai.htm": page}
    with hostile(pages) as proxy:
        crawl = measured(
            "http://bao.example/", path, "--contact", "a@b.example", environment={"http_proxy": proxy.base_url}
        )
    assert crawl.headlines() == ["Bài qua máy chủ"]
    assert {one.partition("//")[2].partition("/")[0] for one in proxy.asked} == {"bao.example"}


def test_a_paper_whose_own_name_leads_inside_is_told_of(path: Path) -> None:
    """As when its name is taken over, or a library's own DNS server knows another machine under it."""
    names = {"TWISTED_DNS_RESOLVER": "tests.crawler.host_names.Names"}
    with hostile({"/": front(*GOOD), **GOOD}) as server:
        home = server.base_url.replace("127.0.0.1", "noi-bo.example")
        crawl = measured(home, path, "--contact", "a@b.example", settings=names)
        assert crawl.code == 3
        assert "noi-bo.example is 127.0.0.1, inside the network of this machine" in crawl.summary["reason"]
        assert "name it under `inside` in luubao.toml" in crawl.summary["reason"]
        assert server.connections == 0
        meant = measured(home, path, "--contact", "a@b.example", settings={**names, "LUUBAO_INSIDE": "noi-bo.example"})
    assert meant.headlines() == HEADLINES


# robots.txt, of many hosts in one crawl: each serves a picture that its rules allow, and one that they forbid


FORBIDS = "User-agent: *\nDisallow: /cam/\n"
FILLER = b"# " + b"x" * 997 + b"\n"
READABLE: dict[str, Trap | Answer] = {
    "100 MB": raw(b"HTTP/1.1 200 OK\r\nContent-Length: 100000000\r\n\r\n" + FORBIDS.encode(), FILLER * 20_000),
    "the last rule of 500 KiB": rules(FILLER.decode() * 500 + FORBIDS),
    "byte order mark": rules("\ufeff" + FORBIDS),
    "UTF-16": Answer(FORBIDS.encode("utf-16")),
    "UTF-16 without mark": Answer(FORBIDS.encode("utf-16-le")),
    "old bytes": Answer(b"# B\xe1o Th\xff\xd2\n" + FORBIDS.encode()),
    "another type": Answer(FORBIDS.encode(), headers=(("Content-Type", b"application/octet-stream"),)),
    "mac line ends": rules(FORBIDS.replace("\n", "\r")),
    "moved": moved("/kho/robots.txt"),
}
NO_RULES: dict[str, Trap | Answer] = {
    "a page": article("Không tìm thấy"),
    "rubbish": Answer(os.urandom(300_000)),
    "a loop": moved("/robots.txt"),
    "none": Answer(b"", 404),
}
SILENT: dict[str, tuple[Trap | Answer, str]] = {
    "500": (Answer(b"", 500), "answered 500, so nothing is asked of that site"),
    "429": (Answer(b"", 429), "answered 429, so nothing is asked of that site"),
    "nothing": (silence, "gave no answer, so nothing is asked of that site: Getting"),
    "reset": (resetting(OK), "gave no answer, so nothing is asked of that site: Connection to the other side"),
    "drips": (endless(OK, b"X-Drip: 1\r\n", pause=0.2), "took longer than 2.0 seconds"),
    "bomb": (bombs()["gzip"], "cannot be read, so nothing is asked of that site: left: "),
    "inside": (moved("http://10.0.0.1/robots.txt"), "inside the network of this machine"),
}


@pytest.fixture(scope="module")
def ruled(folder: Path) -> Iterator[tuple[dict[str, str], Measured]]:
    """Name -> host, and the crawl."""
    answers = READABLE | NO_RULES | {name: answer for name, (answer, _) in SILENT.items()}
    hosts = {name: f"127.0.0.{number}" for number, name in enumerate(answers, 10)}
    traps: dict[str, Trap | Answer] = {f"{hosts[name]}/robots.txt": answer for name, answer in answers.items()}
    traps |= {f"{host}/*": jpeg(painted(1)) for host in hosts.values()}
    traps |= {f"{hosts['moved']}/kho/robots.txt": rules(FORBIDS)}
    with hostile(traps) as server:
        port = server.base_url.rpartition(":")[2]
        places = [f"http://{host}:{port}{path}.jpg" for host in hosts.values() for path in ("/anh", "/cam/anh")]
        body = "".join(f'<figure><img src="{place}"></figure>' for place in places)
        server.traps = {**paper("/anh.htm"), "/anh.htm": article("Bài có ảnh", f"Ảnh. {body} Hết."), **traps}
        yield (
            hosts,
            measured(server.base_url, folder / "ruled.db", settings={"LUUBAO_INSIDE": ",".join(hosts.values())}),
        )


def fetched(ruled: tuple[dict[str, str], Measured], name: str) -> list[tuple[str, str | None]]:
    """Outcome and detail of the picture that may be asked for, and of the one that may not."""
    hosts, crawl = ruled
    return crawl.ask(
        "SELECT outcome, detail FROM picture_captures JOIN images ON images.id = image_id"
        " WHERE url LIKE 'http://' || ? || ':%' ORDER BY url",
        hosts[name],
    )


@pytest.mark.parametrize("name", READABLE)
def test_rules_are_read_however_they_come(ruled: tuple[dict[str, str], Measured], name: str) -> None:
    assert [outcome for outcome, _ in fetched(ruled, name)] == ["fresh", "forbidden"]


@pytest.mark.parametrize("name", NO_RULES)
def test_what_holds_no_rules_forbids_nothing(ruled: tuple[dict[str, str], Measured], name: str) -> None:
    assert [outcome for outcome, _ in fetched(ruled, name)] == ["fresh", "fresh"]


@pytest.mark.parametrize("name", SILENT)
def test_without_rules_to_read_nothing_is_asked(ruled: tuple[dict[str, str], Measured], name: str) -> None:
    (outcome, detail), *other = fetched(ruled, name)
    assert {outcome, *(one for one, _ in other)} == {"error"}
    assert SILENT[name][1] in (detail or "")


def test_rules_cost_little(ruled: tuple[dict[str, str], Measured]) -> None:
    _, crawl = ruled
    assert crawl.code == 0, crawl.told
    assert crawl.megabytes < MOST_MEMORY


# Certificates, of several hosts in one crawl


DOUBTS = {
    "127.0.0.1": "the certificate has expired",
    "127.0.0.31": "the certificate does not name 127.0.0.31",
    "127.0.0.32": "the certificate is signed by nobody but itself",
    "127.0.0.33": "the certificate is signed by an authority this machine does not know",
    "127.0.0.34": None,
}


@pytest.fixture(scope="module")
def doubted(folder: Path) -> Iterator[tuple[Hostile, Measured]]:
    known, unknown = authority(folder, "known"), authority(folder, "unknown")
    contexts = {
        "127.0.0.1": known.context("127.0.0.1", days=-1),
        "127.0.0.31": known.context("127.0.0.1"),
        "127.0.0.32": known.context("127.0.0.32", signed=False),
        "127.0.0.33": unknown.context("127.0.0.33"),
        "127.0.0.34": known.context("127.0.0.34"),
    }
    traps: dict[str, Trap | Answer] = {f"{host}/anh.jpg": jpeg(painted(1)) for host in DOUBTS}
    traps |= {name: LARGE[name][0] for name in TLS_TRAPS} | {"/headers.htm": ENDLESS["/headers.htm"]}
    traps |= {"/robots.txt": Answer(status=404), "127.0.0.31/robots.txt": Answer()}  # no body, which says nothing
    with hostile(traps, tls=contexts) as server:
        port = server.base_url.rpartition(":")[2]
        body = "".join(f'<figure><img src="https://{host}:{port}/anh.jpg"></figure>' for host in [*DOUBTS][1:])
        pages = paper("/anh.htm", *TLS_TRAPS, "/headers.htm")
        server.traps = {**pages, "/anh.htm": article("Bài có ảnh", f"Ảnh. {body} Hết."), **traps}
        yield (
            server,
            measured(
                server.base_url,
                folder / "doubted.db",
                settings={"LUUBAO_INSIDE": ",".join(DOUBTS), "DOWNLOAD_TIMEOUT": 60},
                environment={"SSL_CERT_FILE": str(known.path)},
            ),
        )


TLS_TRAPS = ("/declared.htm", "/chunked.htm", "/unending.htm", "/disk.htm")


def test_a_page_with_a_certificate_that_proves_nothing_is_kept_and_says_so(doubted: tuple[Hostile, Measured]) -> None:
    _, crawl = doubted
    assert crawl.headlines() == [*HEADLINES, "Bài có ảnh"]
    details = {detail for path, (_, _, detail) in crawl.captured().items() if path not in TLS_TRAPS}
    assert details == {DOUBTS["127.0.0.1"]}


@pytest.mark.parametrize("host", [*DOUBTS][1:])
def test_a_picture_with_such_a_certificate_says_so_too(doubted: tuple[Hostile, Measured], host: str) -> None:
    _, crawl = doubted
    rows = crawl.ask(
        "SELECT outcome, detail FROM picture_captures JOIN images ON images.id = image_id WHERE url LIKE ?",
        f"https://{host}:%",
    )
    assert rows == [("fresh", DOUBTS[host])]


def test_what_fails_in_tls_is_told(folder: Path) -> None:
    with served({}) as site:
        crawl = measured(site.base_url.replace("http:", "https:"), folder / "plain.db")
    assert "gave no answer, so nothing is asked of that site: no encrypted connection: " in crawl.told


def test_the_traps_work_over_tls_too(doubted: tuple[Hostile, Measured]) -> None:
    server, crawl = doubted
    expected = {name: (200, "error", f"{DOUBTS['127.0.0.1']}; {LARGE[name][1]}") for name in TLS_TRAPS}
    assert {name: crawl.captured()[name] for name in TLS_TRAPS} == expected
    assert "headers.htm: more than 262144 bytes of headers" in crawl.told
    assert server.outlasted == []
    assert crawl.megabytes < MOST_MEMORY
