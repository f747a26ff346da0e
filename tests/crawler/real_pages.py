"""Serves the real pages of ../shared/pages under their own paths, crawls them, and prints what landed in the archive.

python -m tests.crawler.real_pages real.db
"""

from __future__ import annotations

import csv
import html
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar
from urllib.parse import urlsplit

from archive.queries import lookup
from archive.storage.connection import open_archive
from crawler.outlet import OutletSpider
from crawler.run.run_command import crawl

PAGES = Path(__file__).parents[3] / "shared" / "pages"


class RealPages(OutletSpider):
    """An outlet made of other papers' pages."""

    name = "realpages"
    title = "Real pages"
    home = "http://127.0.0.1/"
    hosts = ("127.0.0.1",)
    delay = 0.0
    # asked for all of it twice, one right after the other
    custom_settings = {"LUUBAO_RECHECK_ALL": True}  # noqa: RUF012  # Scrapy reads it from the class


def by_path() -> dict[str, Path]:
    """Path of the page's own address -> saved file. Home pages have no path of their own; they get their folder's."""
    with (PAGES / "INDEX.tsv").open(encoding="utf-8") as index:
        rows = list(csv.DictReader(index, delimiter="\t"))
    paths = {}
    for row in rows:
        path = urlsplit(row["page url"]).path
        paths[path if len(path) > 1 else f"/{row['file'].partition('.html')[0]}"] = PAGES / row["file"]
    return paths


class _Handler(BaseHTTPRequestHandler):
    disable_nagle_algorithm = True  # a head and a body sent one after the other wait for nobody's acknowledgement
    protocol_version = "HTTP/1.1"
    pages: ClassVar[dict[str, Path]] = {}

    def do_GET(self) -> None:
        file = self.pages.get(self.path)
        if self.path == "/":
            links = "".join(f'<li><a href="{html.escape(path)}">{html.escape(path)}</a></li>' for path in self.pages)
            self._send(200, f"<!doctype html><title>Pages</title><ul>{links}</ul>".encode())
        elif file:
            self._send(200, file.read_bytes())
        else:
            self._send(404, b"no such page")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@contextmanager
def served() -> Iterator[str]:
    """The pages' server; yields its base address."""
    _Handler.pages = by_path()
    with ThreadingHTTPServer(("127.0.0.1", 0), _Handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()


def table(database: Path) -> Iterator[str]:
    """One block a page: the fields as they landed, or why the page is no article."""
    with open_archive(database) as db:
        for article in lookup.articles(db):
            _, reading = lookup.reading_of(db, article.id)
            yield f"\n{urlsplit(article.url).path}"
            yield f"  headline   {reading.headline}"
            yield f"  lead       {reading.lead}"
            yield f"  published  {article.published_at}"
            yield f"  authors    {', '.join(reading.authors) or None}  (byline: {reading.byline})"
            yield from (f"  picture    {image.caption} | {image.credit}" for image in reading.images)
        rows = db.query(
            "SELECT url_key, kind, readings.detail FROM readings JOIN captures ON captures.id = capture_id"
            " WHERE version_id IS NULL ORDER BY url_key"
        )
        yield "\nnot articles"
        yield from (f"  {row['url_key']}: {row['kind']} {row['detail'] or ''}" for row in rows)


if __name__ == "__main__":
    with served() as base_url:
        verdict = crawl(RealPages, Path(sys.argv[1]), base_url=base_url, overrides={"LOG_LEVEL": "WARNING"}).verdict
    print(verdict.outcome)  # noqa: T201  # it is a program
    print("\n".join(table(Path(sys.argv[1]))))  # noqa: T201  # it is a program
