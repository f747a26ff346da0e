"""Sites without end beside a newspaper: the newspaper is found whole, and the endless part costs a bounded number of
pages. What must be found is counted from the sites' own rules (tests/archive/imaginary_site.py)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.archive.imaginary_site import (
    Crawler,
    Page,
    Paper,
    Route,
    calendar,
    deeper_and_deeper,
    endless_pages,
    endless_words,
    facets,
    sessions,
)
from tests.support import examples

PAPER = Paper(sizes=(200,) * 10)
"""2,000 articles behind 200 pages of lists."""
MOST = 550
"""Pages of a trap that a first run may ask for: a quarter of the paper's own."""
MOST_LATER = 40


@dataclass(frozen=True)
class Trap:
    """made: the trap beside a paper. entry: the link to it that stands on every page. pattern: its addresses."""

    made: Callable[[Paper], Route]
    entry: str
    pattern: str


TRAPS = {
    "a calendar": Trap(calendar, "/lich/2026/3/15", "^/lich/"),
    "endless pagination in the query": Trap(endless_pages("/tin-moi?trang={page}"), "/tin-moi?trang=2", "^/tin-moi"),
    "endless pagination in the path": Trap(endless_pages("/xem/trang-{page}.htm"), "/xem/trang-2.htm", "^/xem/"),
    "endless words": Trap(endless_words("/the/"), "/the/nong", "^/the/"),
    "endless words with numbers": Trap(endless_words("/the/12345-"), "/the/12345-nong", "^/the/"),
    "a path that never ends": Trap(deeper_and_deeper, "/goc/", "^/goc/"),
    "facets": Trap(facets, "/tra-cuu?mau=do", "^/tra-cuu"),
    "session numbers": Trap(sessions, "/?sid=00f1a9b2c3d4e5f6", "[?&]sid="),
}


def with_traps(paper: Paper, *traps: Trap) -> tuple[Route, ...]:
    """The paper, on whose every page stand links to the traps, and these."""
    linked = replace(paper, extra=tuple(trap.entry for trap in traps))
    return (linked, *(trap.made(linked) for trap in traps))


def test_a_paper_without_traps_is_found_whole_and_nothing_is_left_waiting() -> None:
    done = Crawler().run(PAPER)
    assert done.read == PAPER.stories
    assert len(done.asked) == 2000 + 200 + 1
    assert done.waiting == []


@pytest.mark.slow
@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS)
def test_a_trap_costs_little_and_hides_nothing(trap: Trap) -> None:
    site = with_traps(PAPER, trap)
    crawler = Crawler().run(*site)
    assert crawler.read == PAPER.stories
    assert 20 <= crawler.on(trap.pattern) <= MOST
    assert 1 <= crawler.run(*site).on(trap.pattern) <= MOST_LATER


@pytest.mark.slow
@pytest.mark.parametrize("trap", TRAPS.values(), ids=TRAPS)
def test_a_trap_beside_next_to_nothing_ends_too(trap: Trap) -> None:
    """A paper of four articles, or one of which only so many can be read."""
    small = Paper(sizes=(4,))
    crawler = Crawler().run(*with_traps(small, trap))
    assert crawler.read == small.stories
    assert len(crawler.asked) <= 700


@pytest.mark.slow
def test_all_traps_at_once() -> None:
    crawler = Crawler().run(*with_traps(PAPER, *TRAPS.values()))
    assert crawler.read == PAPER.stories
    assert len(crawler.asked) <= 2201 + len(TRAPS) * MOST


@pytest.mark.slow
def test_lists_that_go_on_behind_their_end() -> None:
    """Behind every list's last page come pages without end, under the same addresses."""
    endless = [endless_pages(f"{PAPER.list_at(section, 0)}/trang-{{page}}.htm")(PAPER) for section in range(10)]
    crawler = Crawler().run(replace(PAPER, endless=True), *endless)
    assert crawler.read == PAPER.stories
    assert len(crawler.asked) <= 2201 + 10 * 60


@pytest.mark.slow
def test_many_quiet_sections_hide_no_lively_one() -> None:
    """Three hundred sections have nothing or next to nothing; the last but one has its whole archive."""
    paper = Paper(sizes=(0, 0, 1, 0, 2) * 60 + (500, 0))
    assert Crawler().run(paper).read == paper.stories


def test_lists_of_what_is_known_lead_to_what_is_not() -> None:
    """A sitemap has told of the newest 150 of every section; what is older stands only on page 16 and after."""
    crawler = Crawler()
    told = {
        PAPER.where(section, number): PAPER.story(section, number) for section in range(10) for number in range(150)
    }
    crawler.run(lambda path: Page("article", (), told[path]) if path in told else None, seeds=told)
    assert len(crawler.read) == 1500
    assert crawler.run(PAPER).read == PAPER.stories


@pytest.mark.slow
def test_a_new_scheme_of_addresses_is_learned() -> None:
    old = Paper(sizes=(100,) * 10)
    new = replace(old, address="/{section}/{number}-{id}.html", paging="/muc-{section}?trang={page}", first=500_000)
    crawler = Crawler().run(old)
    assert crawler.run(new, again=old.lists).read == old.stories | new.stories


@pytest.mark.slow
def test_what_was_a_trap_may_become_the_articles_address() -> None:
    """The paper throws its endless pages of words away, and puts its articles where they were."""
    crawler = Crawler().run(*with_traps(PAPER, TRAPS["endless words"]))
    new = replace(PAPER, address="/the/{section}{number}", first=500_000)
    by_address = {
        new.where(section, number): new.story(section, number) for section in range(10) for number in range(200)
    }

    def articles(path: str) -> Page | None:
        return Page("article", new.boilerplate(path), by_address[path]) if path in by_address else None

    crawler.run(articles, new, again=new.lists)  # what was under way when the first article came is left for the next
    assert crawler.run(articles, new).read == PAPER.stories | new.stories


@pytest.mark.slow
def test_what_was_given_up_is_looked_at_a_little_and_taken_up_again() -> None:
    """A list answers every number with its last page, until the paper fills it with older stories, three to a page."""
    paper, trap = with_traps(PAPER, Trap(endless_pages("/kho/trang-{page}.htm"), "/kho/trang-2.htm", "^/kho/"))
    crawler = Crawler().run(paper, trap)
    left = {one.url for one in crawler.waiting}
    assert len(left) > 10
    store = Paper(sizes=(3000,), first=700_000)

    def shown(path: str) -> range:
        number = path.removeprefix("/kho/trang-").removesuffix(".htm")
        return range(int(number) * 3, int(number) * 3 + 3) if number.isdecimal() else range(0)

    def fills(path: str) -> Page | None:
        return Page("list", tuple(store.where(0, number) for number in shown(path))) if shown(path) else None

    for _ in range(2):
        crawler.run(paper, fills, store)
    there = {store.story(0, number) for url in left for number in shown(url.removeprefix("http://bao.example"))}
    assert there <= crawler.read


@pytest.mark.slow
@given(
    sizes=st.lists(st.integers(0, 80), min_size=1, max_size=15).filter(any),
    traps=st.sets(st.sampled_from(sorted(TRAPS)), max_size=3),
    paging=st.sampled_from(["/muc-{section}/trang-{page}.htm", "/muc-{section}?page={page}", "/muc-{section}-p{page}"]),
    address=st.sampled_from(
        [
            "/muc-{section}/{number}-{id}.htm",
            "/{number}-post{id}.html",
            "/bai/{id}/{number}",
            "/doc?bai={id}",
            "/2026/05/{number}-{id}/",
            "/muc-{section}/{number}/{id}.bcb",
        ]
    ),
)
@examples(15)
def test_no_paper_is_starved(sizes: list[int], traps: set[str], paging: str, address: str) -> None:
    """Whatever its sections, its addresses and its traps."""
    paper = Paper(tuple(sizes), address, paging)
    assert Crawler().run(*with_traps(paper, *(TRAPS[name] for name in sorted(traps)))).read == paper.stories
