"""What finding links costs, against only parsing the page; and how fast the newspaper serves, against a bare answer."""

from __future__ import annotations

import socket
import time
from pathlib import Path
from statistics import median

import pytest
from lxml import html

from bench.newsstand import newsstand
from crawler.demo import words
from crawler.demo.section_addresses import article_path
from crawler.discovery import look

pytestmark = pytest.mark.bench

PAGES = next((one / "shared" / "pages" for one in Path(__file__).parents if (one / "shared" / "pages").is_dir()), None)
ITEM = '<div class="tin"><a class="anh" href="/kinh-te/bai-so-{n}-2384{n:03}.htm" title="Bài số {n}"><img src="/anh/{n}.jpg" alt=""></a><h3><a href="/kinh-te/bai-so-{n}-2384{n:03}.htm">Bài số {n}</a></h3><p>{text}</p></div>'


def page(links: int, size: int) -> bytes:
    text = "Ở xã Vân Trung, việc chuẩn bị bắt đầu từ đầu tháng. " * (size // links // 60)
    return "".join(ITEM.format(n=n, text=text) for n in range(links)).encode()


def cost(work, *given) -> float:  # type: ignore[no-untyped-def]  # any function
    """CPU seconds, the middle of eleven."""

    def once() -> float:
        started = time.process_time()
        work(*given)
        return time.process_time() - started

    return median(once() for _ in range(11))


def parse(body: bytes) -> None:
    html.document_fromstring(body, parser=html.HTMLParser(encoding="utf-8"))


def test_links_cost_little_more_than_parsing() -> None:
    pages = [("bao.example", "200 links in 73 kB", page(200, 30_000))]
    saved = sorted(PAGES.glob("*/*.html")) if PAGES else []
    pages += [(one.parent.name, one.name, one.read_bytes()) for one in saved]
    shares = []
    for host, name, body in pages:
        asked = (body, f"https://{host}/kinh-te.htm", (host,))
        found = look(*asked)
        seconds, parsing = cost(look, *asked), cost(parse, body)
        shares.append(seconds / parsing)
        print(
            f"{name:48} {len(body):7} bytes {len(found.links):4} links {seconds * 1000:6.2f} ms, {shares[-1]:.1f} x parsing"
        )
    assert shares[0] < 12


def test_the_newspaper_serves_its_generated_articles_fast() -> None:
    paths = [article_path(words.article(number)) for number in range(3_000)]
    with newsstand(extra_articles=10_000) as stand:
        pages, bare = per_second(stand.base_url, paths), per_second(stand.base_url, ["/quang-cao/1.png"] * 3_000)
    print(f"{pages:.0f} generated articles a second, {bare:.0f} bare answers: {pages / bare:.2f}")
    assert pages > 0.1 * bare


def per_second(base_url: str, paths: list[str]) -> float:
    """Pages a second over one connection, compressed as a crawler asks for them."""
    host = base_url.removeprefix("http://")
    started = time.monotonic()
    with socket.create_connection((host.partition(":")[0], int(host.partition(":")[2]))) as connection:
        answers = connection.makefile("rb")
        for path in paths:
            connection.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\nAccept-Encoding: gzip\r\n\r\n".encode())
            length = 0
            while (line := answers.readline()) != b"\r\n":
                length = int(line.split()[1]) if line.lower().startswith(b"content-length") else length
            assert len(answers.read(length)) == length
    return len(paths) / (time.monotonic() - started)
