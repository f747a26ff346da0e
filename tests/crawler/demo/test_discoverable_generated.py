"""What a paper says of the reach of its generated articles, against a reader who turns every page there is."""

from __future__ import annotations

import gzip
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from html import unescape
from urllib.parse import urljoin

import pytest

from crawler.demo import words
from crawler.demo.edition import Edition, edition
from crawler.demo.newsroom_records import Revision
from crawler.demo.section_addresses import GENERATED, SHELVES, ZONE, article_path, placement_of
from crawler.demo.server import reachable_in, reachable_numbers

from .asking import BASE, Look, opened

BLOCK = len(SHELVES)
LATELY = datetime(2026, 5, 19, tzinfo=UTC)
TRACKS = re.compile(r"[?&](?:utm_\w+|fbclid)=[^&#]*")
ADDRESS = re.compile(
    r'<a href="([^"]*)"|<link [^>]*href="([^"]*)"|<loc>([^<]*)</loc>|<link>([^<]*)</link>|Sitemap: (\S+)'
)


def text_of(body: bytes) -> str:
    if body[:2] == b"\x1f\x8b":
        body = gzip.decompress(body)
    return body.decode("utf-16" if body[:2] == b"\xff\xfe" else "utf-8")


def addresses(page: str, url: str) -> Iterator[str]:
    """Everything a text leads to, and what the script of a growing list asks for."""
    for match in ADDRESS.finditer(page):
        link = urljoin(url, unescape(next(filter(None, match.groups()))).partition("#")[0])
        yield re.sub(r"^([^?]*)&", r"\1?", TRACKS.sub("", link))
    if 'id="hdZoneId"' in page:
        yield f"{BASE}/timeline/{ZONE}/trang-2.htm"
    if page and (number := re.search(r"/timeline/\d+/trang-(\d+)", url)):
        yield f"{BASE}/timeline/{ZONE}/trang-{int(number[1]) + 1}.htm"


def turned(look: Look) -> set[str]:
    """Every address of the paper that leads to something, from its front page and robots.txt on."""
    waiting, seen = [f"{BASE}/", f"{BASE}/robots.txt"], set[str]()
    found = set()
    while waiting:
        url = waiting.pop()
        if url in seen or not url.startswith(f"{BASE}/") or re.search(r"/(?:in-bai|tim-kiem|anh|quang-cao)\b", url):
            continue
        seen.add(url)
        answer = look(url)
        if answer.status == 200:
            found.add(url.removeprefix(BASE))
            waiting += addresses(text_of(answer.body), url)
    return found


def articles_in(found: set[str], today: Edition) -> set[str]:
    return {path for path in found if today.find(path)}


@pytest.mark.parametrize("extra", [0, 1, 39, pytest.param(12 * BLOCK, marks=pytest.mark.slow)])
def test_a_reader_of_everything_reaches_what_the_paper_says(extra: int) -> None:
    today = edition(1, extra)
    assert articles_in(turned(opened(today)), today) == reachable_in(today)


def test_after_additions_and_edits_too() -> None:
    today = edition(2, 3 * BLOCK, 50, frozenset({(-3, Revision(1, LATELY)), (7, Revision(2, LATELY))}))
    assert articles_in(turned(opened(today)), today) == reachable_in(today)
    assert len(reachable_in(today)) > len(reachable_in(edition(2, 3 * BLOCK)))


def test_how_many_of_which_kind_are_reachable() -> None:
    """By hand: of every 40, 4 lie in the list that only a script turns, 2 of them in no sitemap; 1 in the Atom feed
    only, 1 in the feed in UTF-16 only, 1 in the news sitemap only, 2 are linked only from the article before."""
    extra = 100 * BLOCK
    today, found = edition(1, extra), reachable_numbers(edition(1, extra))
    missed = [number for number in range(extra) if number not in set(found)]
    kinds = {placement_of(number).reach for number in missed}
    assert kinds == {"script", "feed", "sitemap"}
    by_kind = [sum(placement_of(one).reach == kind for one in missed) for kind in ("script", "feed", "sitemap")]
    # of the 200 of no sitemap: page 1 of the list shows the 10 newest, which feeds and news name as well
    # of the 200 of the feeds, a feed names its 50 newest: of 40 numbers 35 are listed and one its own, so its first two
    # of the 100 of the news sitemap, the one among the 78 newest numbers
    assert by_kind == [200 - 10, 200 - 2, 100 - 1]
    assert len(today.numbers) == extra


def test_every_section_lists_some_beyond_its_first_page() -> None:
    today = edition(1, 12 * BLOCK)
    assert all(today.count(section) > today.size(section) for section in GENERATED)


def test_articles_behind_articles_are_linked_from_nowhere_else() -> None:
    today = edition(1, 2 * BLOCK)
    behind = [number for number in today.numbers if placement_of(number).linked]
    look = opened(today)
    for number in behind:
        path, before = article_path(today.generated(number)), article_path(today.generated(number - 1))
        assert f'href="{path}' in look(BASE + before).body.decode()
    listed = {path for path in turned(look) if not today.find(path)}
    named = "".join(text_of(look(BASE + path).body) for path in listed)
    assert not [number for number in behind if str(words.FIRST_ID + number) in named]


@pytest.mark.slow
def test_the_largest_paper_knows_its_truth() -> None:
    found = reachable_numbers(edition(1, 100_000))
    assert len(found) == 100_000 * 35 // 40 + (10 + 2 + 1), "all but 5 of 40, and those of the kinds above"
