"""Commands for developing extraction rules: `luubao read` and `luubao rules test`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import click

from archive.cli import formatting
from archive.cli.options import db_option, json_option
from archive.console import say_all, say_json
from archive.model.clock import parse
from archive.model.errors import LuubaoError, UnknownArticle
from archive.model.packing import LARGEST_BODY
from archive.model.records import Reading, Unreadable
from archive.queries import lookup
from archive.storage.captures.kept_captures import page_of
from archive.storage.connection import open_archive

if TYPE_CHECKING:
    from archive.pipeline.page_reading import PageCoverage

_TIMEOUT = 30
_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class _Page:
    body: bytes
    url: str
    captured_at: datetime | None = None
    encoding: str | None = None
    outlet: str | None = None
    timezone: str | None = None


@click.command()
@db_option
@json_option
@click.argument("page", metavar="FILE|URL")
@click.option("--url", help="URL that FILE was saved from; selects the rules.")
@click.option("--outlet", help="Use this outlet's rules.")
@click.option("--explain", is_flag=True, help="Also print the rule behind each field and its place in the page.")
def read(path: Path, as_json: bool, page: str, url: str | None, outlet: str | None, explain: bool) -> None:
    """Reads one page and prints its fields; changes nothing.

    A URL in the archive is read from its stored capture; any other is fetched once. Exit code 1 if the page is no
    article.

    \b
    Example:
      luubao read saved.html --url https://baovinhphuc.com.vn/tin/1 --explain
    """
    from archive.extract import read_page
    from archive.extract.own_rules import require_rules

    require_rules(outlet)
    source = _load_page(path, page, url, outlet)
    reading = read_page(
        source.body, source.url, captured_at=source.captured_at, outlet=source.outlet, encoding=source.encoding,
        timezone=source.timezone,
    )  # fmt: skip
    if as_json:
        say_json(asdict(reading))
    else:
        say_all(_lines(source, reading, explain))
    if isinstance(reading, Unreadable):
        raise click.exceptions.Exit(1)


def _load_page(archive: Path, page: str, url: str | None, outlet: str | None) -> _Page:
    if "://" not in page:
        file = Path(page)
        if not file.is_file():
            raise LuubaoError(f"there is no file {page}. Give a saved page, or an address with http:// or https://")
        return _Page(file.read_bytes(), url or f"http://localhost/{quote(file.name)}", outlet=outlet)  # no home page
    return _page_from_archive(archive, page, outlet) or _fetch(page, outlet)


def _page_from_archive(archive: Path, url: str, outlet: str | None) -> _Page | None:
    from archive.storage.captures.capture_writer import kept_body

    if not archive.is_file():
        return None
    with open_archive(archive) as db:
        try:
            capture = page_of(db, lookup.find_article(db, url).id)
        except UnknownArticle:
            return None
        body = kept_body(db, capture.capture_id) or b""
        return _Page(
            body, capture.url, parse(capture.captured_at), capture.encoding, outlet or capture.outlet, capture.timezone
        )


def _fetch(url: str, outlet: str | None) -> _Page:
    from urllib.error import URLError
    from urllib.request import Request, urlopen

    try:
        request = Request(url, headers={"User-Agent": "luubao (one page, asked for by a person)"})
        with urlopen(request, timeout=_TIMEOUT) as response:
            charset = response.headers.get_content_charset()
            return _Page(response.read(LARGEST_BODY), response.url, encoding=charset, outlet=outlet)
    except (URLError, OSError, ValueError) as error:
        raise LuubaoError(f"{url} cannot be fetched: {error}") from error


def _lines(source: _Page, reading: Reading | Unreadable, explain: bool) -> Iterator[str]:
    if isinstance(reading, Unreadable):
        yield f"no article: {reading.reason}{f' ({reading.detail})' if reading.detail else ''}"
        return
    yield from formatting.fields(reading)
    if explain:
        yield from _explanation(source, reading)


def _explanation(source: _Page, reading: Reading) -> Iterator[str]:
    from archive.extract.reader import places

    positions = places(source.body, source.url, reading, source.encoding)
    rules = dict(reading.origins)
    yield ""
    yield f"read by {reading.extractor}; rules tried: {rules.pop('rules', 'none')}"
    for name in dict.fromkeys((*rules, *positions)):
        yield f"{name:14} {rules.get(name, ''):24} {positions.get(name, '')}".rstrip()
    yield "confidence     " + ", ".join(f"{name} {likelihood:.2f}" for name, likelihood in reading.confidence)


@click.group()
def rules() -> None:
    """Tests reading rules."""


@rules.command()
@db_option
@click.argument("outlet")
def test(path: Path, outlet: str) -> None:
    """Reads an outlet's stored pages with its rules and reports missing fields; changes nothing.

    \b
    Example:
      luubao rules test baovinhphuc --db /srv/luubao.db
    """
    from archive.extract.own_rules import require_rules
    from archive.pipeline.page_reading import coverage

    require_rules(outlet)
    with open_archive(path) as db:
        pages = list(coverage(db, outlet))
    say_all(_report(pages))


def _report(pages: list[PageCoverage]) -> Iterator[str]:
    from archive.pipeline.page_reading import COVERAGE_FIELDS

    by_rules = Counter(page.rules or "no rules" for page in pages if not page.refusal)
    yield f"{len(pages)} articles; read with {', '.join(f'{name}: {count}' for name, count in by_rules.most_common())}"
    for field in COVERAGE_FIELDS:
        missing = [page.url for page in pages if field in page.missing]
        yield f"{field:14} {len(pages) - len(missing):>6} of {len(pages)}"
        yield from (f"{'':14}   missing: {url}" for url in missing[:_EXAMPLES])
    for page in pages:
        if page.refusal:
            yield f"not read as an article ({page.refusal}): {page.url}"
