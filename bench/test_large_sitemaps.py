"""A paper whose sitemap index names 24 sitemaps: with ten times as many addresses a crawl takes ten times as long, and
hardly more memory. It meets none of the limits that end a trap."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.crawler.hostile import hostile
from tests.crawler.measured import Measured, measured
from tests.crawler.serving import Answer, article, front

SITEMAPS = 24
FEW, MANY = 5_000, 50_000
MOST_TIMES, MOST_MEMORY, MOST_MEGABYTES = 11.0, 1.6, 600


def sitemap(base: str, number: int, addresses: int) -> Answer:
    entries = "".join(
        f"<url><loc>{base}/thoi-su/tin-tuc-trong-ngay-ve-song-thao-{number}-{one}.htm</loc>"
        f"<lastmod>2026-05-{1 + one % 28:02}T08:00:00+07:00</lastmod><priority>0.8</priority></url>"
        for one in range(addresses)
    )
    return Answer(
        f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{entries}</urlset>'.encode(),
        headers=(("Content-Type", b"text/xml"),),
    )


def crawled(folder: Path, addresses: int) -> Measured:
    """One run that asks for the sitemaps and ends with the first articles."""
    good = {f"/bai-{number}.htm": article(f"Bài {number}") for number in range(6)}
    with hostile({}) as server:
        names = [f"/sitemap-{number}.xml" for number in range(SITEMAPS)]
        index = "".join(f"<sitemap><loc>{server.base_url}{name}</loc></sitemap>" for name in names)
        maps = {name: sitemap(server.base_url, number, addresses) for number, name in enumerate(names)}
        index_page = Answer(f"<sitemapindex>{index}</sitemapindex>".encode(), headers=(("Content-Type", b"text/xml"),))
        server.traps = {"/": front(*good), **good, **maps, "/sitemap.xml": index_page}
        found = measured(
            server.base_url, folder / f"{addresses}.db", "--max-pages", "45",
            settings={"DOWNLOAD_DELAY": 0, "DOWNLOAD_TIMEOUT": 120},
        )  # fmt: skip
        assert set(names) <= set(server.asked)
    return found


@pytest.mark.bench
@pytest.mark.timeout(3600)
def test_ten_times_the_addresses_take_ten_times_the_time_and_no_more_memory(tmp_path: Path) -> None:
    few, many = crawled(tmp_path, FEW), crawled(tmp_path, MANY)
    for name, found, addresses in (("few", few, FEW), ("many", many, MANY)):
        (rows,) = found.ask("SELECT count(*) FROM frontier")
        size = found.path.stat().st_size / 1e6
        print(
            f"\n{name}: {SITEMAPS} sitemaps of {addresses:,} addresses: {found.seconds:.0f} s, {found.megabytes:.0f} MB,"
            f" {rows:,} rows, archive {size:.0f} MB; {found.summary['reason']}"
        )
        assert rows >= SITEMAPS * addresses
        assert "(max_waiting)" not in found.summary["reason"] and "(max_sitemaps)" not in found.summary["reason"]
    print(f"time: {many.seconds / few.seconds:.1f} times; memory: {many.megabytes / few.megabytes:.2f} times")
    assert many.seconds < MOST_TIMES * few.seconds
    assert many.megabytes < min(MOST_MEGABYTES, MOST_MEMORY * few.megabytes)
