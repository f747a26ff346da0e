"""What is fuzzed: for each target seeds of its format, and what is done with the damaged bytes.

A target raises what it finds. That it ends, and in how much memory, is the worker's business that calls it.
"""

from __future__ import annotations

import gzip
import io
import random
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from click.testing import CliRunner
from PIL import Image

from archive import open_archive, read_page, same_site
from archive.model.errors import LuubaoError
from archive.pictures import recognise
from archive.pipeline.verification import verify
from crawler.backfill.commoncrawl import parse
from crawler.cli import luubao
from crawler.config.settings_in_force import load
from crawler.discovery import look
from crawler.discovery.sitemaps import sitemaps_in
from tests.archive.invalid_archives import written
from tests.archive.test_hostile_imports import FIRST, LAST, bundle
from tests.archive.test_hostile_imports import record as warc_record
from tests.extract import imaginary_paper as imaginary
from tests.fuzz.mutate import mutated
from tests.support import new_archive

BASE, HOSTS = "https://bao.example/thoi-su/", ("bao.example",)


@dataclass(frozen=True, slots=True)
class Target:
    """seeds: whole documents; made anew in each process. takes: raises what it finds. minute: so many inputs are
    tried in `make test-all`, which take some seconds."""

    seeds: Callable[[], tuple[bytes, ...]]
    takes: Callable[[bytes], object]
    minute: int

    def made(self, number: int) -> bytes:
        return mutated(random.Random(number), self.seeds())


def _pages() -> tuple[bytes, ...]:
    figure = f"<figure>{imaginary.IMG}<figcaption>{imaginary.PRINTED}</figcaption></figure>"
    facts = (
        '<meta property="og:type" content="article"><meta property="article:published_time" content="2026-05-20T08:15:00+07:00">'
        '<script type="application/ld+json">{"@type":"NewsArticle","headline":"Tin","datePublished":"2026-05-20T08:15:00+07:00",'
        '"author":[{"@type":"Person","name":"Hà Thu"}],"image":{"url":"/a.jpg","caption":"Cầu"}}</script>'
    )
    made = (
        imaginary.modern(imaginary.paragraphs((2, figure)), facts),
        imaginary.tables(imaginary.paragraphs((1, figure))),
    )
    return tuple(text.encode(charset) for text in made for charset in ("utf-8", "utf-16"))


def _read(body: bytes) -> None:
    for encoding in (None, "windows-1258"):
        found = read_page(body, imaginary.URL, outlet="bao", encoding=encoding)
        repr(found).encode("utf-8")  # whatever it says can be written


_FEEDS = (
    ('<?xml version="1.0" encoding="utf-8"?><rss version="2.0"><channel><link>https://bao.example/</link><item><title>Tin &amp; bài</title>'
    "<link>https://bao.example/a-1.htm</link><pubDate>Wed, 20 May 2026 08:15:00 +0700</pubDate>"
    "<guid>https://bao.example/a-1.htm</guid><description><![CDATA[<a href='/b-2.htm'>b</a>]]></description></item></channel></rss>"),
    ('<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://bao.example/"><entry><title>Tin</title><link rel="alternate" href="a-1.htm"/>'
    "<updated>2026-05-20T08:15:00Z</updated></entry></feed>"),
    '{"version": "https://jsonfeed.org/version/1.1", "items": [{"url": "https://bao.example/a-1.htm", "date_published": "2026-05-20T08:15:00Z"}]}',
)  # fmt: skip
_SITEMAPS = (
    (
        '<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><url><loc>https://bao.example/a-1.htm</loc>'
        "<lastmod>2026-05-20T08:15:00+07:00</lastmod></url><url><loc>https://bao.example/a-2.htm</loc></url></urlset>"
    ),
    "<sitemapindex><sitemap><loc>https://bao.example/sitemap-1.xml</loc><lastmod>2026-05</lastmod></sitemap></sitemapindex>",
    "https://bao.example/a-1.htm\nhttps://bao.example/a-2.htm\n",
)
_ROBOTS = (
    "User-agent: *\nDisallow: /tim-kiem\nCrawl-delay: 2.5\nSitemap: https://bao.example/sitemap.xml\n",
    "Sitemap: /sitemap.xml\r\nUser-agent: luubao\r\nAllow: /\r\n",
)  # fmt: skip
_CDX = (
    (
        '[["urlkey","timestamp","original","mimetype","statuscode","digest","length"],'
        '["example,bao)/a","20190501080000","https://bao.example/a-1.htm","text/html","200","ABC","1234"],[],["key"]]'
    ),
    (
        'example,bao)/a 20190501080000 {"url": "https://bao.example/a-1.htm", "mime": "text/html", "status": "200",'
        ' "filename": "a/b.warc.gz", "offset": "12", "length": "345"}\n'
    ),
)
_SETTINGS = (
    ('[archive]\ndb = "luubao.db"\n[crawl]\ncontact = "archive@library.example"\ndelay = 1.5\nmax_minutes = 50\nhours = "22:00-06:00"\n'
    '[outlets.demo]\nping_url = "https://hc.example/1"\n[many]\ncores = 2\n'),
)  # fmt: skip


def _discovered(body: bytes) -> None:
    for packed, encoding in ((body, None), (gzip.compress(body), "utf-16")):
        for link in look(packed, BASE, HOSTS, encoding).links:
            assert urlsplit(link.url).scheme in ("http", "https") and same_site(link.url, HOSTS), link
            assert all(when is None or when.tzinfo for when in (link.lastmod, link.published)), link


def _robots(body: bytes) -> None:
    for url in sitemaps_in(body, "https://bao.example/robots.txt"):
        assert urlsplit(url).scheme in ("http", "https"), url


def _indexed(body: bytes) -> None:
    with suppress(LuubaoError):
        for line in parse(body)[0]:
            assert 1990 <= line.captured_at.year <= 2100, line


def _configured(body: bytes) -> None:
    with _folder() as folder, suppress(LuubaoError):
        file = folder / "luubao.toml"
        file.write_bytes(body)
        load(file, {})


def _pictures() -> tuple[bytes, ...]:
    found = []
    for kind in ("PNG", "JPEG", "GIF", "WEBP", "BMP", "AVIF", "TIFF"):
        file = io.BytesIO()
        Image.linear_gradient("L").resize((48, 32)).convert("RGB").save(file, kind)
        found.append(file.getvalue())
    return tuple(found)


def _warcs() -> tuple[bytes, ...]:
    plain = FIRST + warc_record("Bài giữa", url="https://bao.example/giua.htm") + LAST
    packed = b"".join(gzip.compress(one, mtime=0) for one in (FIRST, LAST))  # the same bytes each time
    return plain, packed


def _imported(name: str) -> Callable[[bytes], None]:
    def take(body: bytes) -> None:
        with _folder() as folder:
            (folder / name).write_bytes(body)
            (folder / "good.warc").write_bytes(LAST)
            path = new_archive(folder / "a.db")
            to = ("--db", path, "--jobs", "0", "--outlet", "bao", "--home", "https://bao.example/")
            run("import", folder / name, folder / "good.warc", *to, codes=(0, 4))
            with open_archive(path) as db:
                # a version, and perhaps not the newest: a damaged copy may say that it is of the same second
                rows = db.execute("SELECT 1 FROM versions WHERE headline = 'Bài cuối'").fetchall()
                assert rows, "the whole file beside it was not taken"
                assert list(verify(db)) == []

    return take


@cache
def _archives() -> tuple[bytes, ...]:
    with _folder() as folder:
        return (written(folder / "made.db").read_bytes(),)


def _asked(body: bytes) -> None:
    """Whatever stands in the file: each command answers, or says in a sentence why not."""
    with _folder() as folder:
        other = folder / "other.db"
        for command in (("articles",), ("show", "1"), ("status",), ("verify",), ("search", "tin"), ("versions", "1")):
            other.write_bytes(body)
            run(*command, "--db", other, codes=(0, 1, 4, 6))
        other.write_bytes(body)
        run("merge", other, "--db", new_archive(folder / "ours.db"), codes=(0, 1, 4))


def run(*arguments: object, codes: tuple[int, ...]) -> None:
    """A command of ours in this process. Raises what it raises, and AssertionError for another exit code."""
    done = CliRunner().invoke(luubao, [str(one) for one in arguments])
    if "MemoryError" in done.output:
        raise MemoryError  # what came before may have filled this process: a new one decides
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    assert done.exit_code in codes, (arguments[0], done.exit_code, done.output[-1000:])
    assert "Traceback" not in done.output, done.output[-2000:]


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="fuzz-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _texts(*texts: str) -> Callable[[], tuple[bytes, ...]]:
    return lambda: tuple(text.encode() for text in texts)


TARGETS: dict[str, Target] = {
    "page": Target(cache(_pages), _read, 150),
    "links of a page": Target(cache(_pages), _discovered, 300),
    "feed": Target(_texts(*_FEEDS), _discovered, 600),
    "sitemap": Target(_texts(*_SITEMAPS), _discovered, 600),
    "robots": Target(_texts(*_ROBOTS), _robots, 600),
    "cdx": Target(_texts(*_CDX), _indexed, 600),
    "settings": Target(_texts(*_SETTINGS), _configured, 300),
    "picture": Target(cache(_pictures), recognise, 800),
    "warc": Target(cache(_warcs), _imported("x.warc"), 80),
    "warc.gz": Target(cache(_warcs), _imported("x.warc.gz"), 80),
    "wacz": Target(cache(lambda: (bundle(_warcs()[1], 0), bundle(_warcs()[0], 8))), _imported("x.wacz"), 80),
    "archive": Target(_archives, _asked, 40),
}
