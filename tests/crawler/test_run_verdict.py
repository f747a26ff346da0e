"""How a run went, in one word."""

import pytest
from scrapy.settings import Settings

from crawler.run.run_verdict import Exit, judge, reached

TIMEOUTS = ["https://bao.example/a: timeout"]
VERDICTS = [
    # counts, failures, how it ended, articles known afterwards, outcome, exit code
    ({"captures": 30, "new": 5}, [], "finished", 5, "ok", Exit.OK),
    ({"captures": 30, "not-modified": 30}, [], "finished", 20, "ok", Exit.OK),
    # an hour in which nothing was due and nothing appeared: only changing lists were fetched
    ({"captures": 6, "unreadable": 6}, [], "finished", 400, "ok", Exit.OK),
    ({"captures": 30, "new": 5, "failed": 2}, TIMEOUTS * 2, "finished", 5, "ok", Exit.OK),
    ({"captures": 30, "new": 5, "failed": 9}, TIMEOUTS * 9, "finished", 5, "partly-failed", Exit.PARTLY_FAILED),
    ({"captures": 30, "new": 5, "error": 9}, [], "finished", 5, "partly-failed", Exit.PARTLY_FAILED),
    ({"failed": 2}, TIMEOUTS * 2, "finished", 0, "nothing-found", Exit.NOTHING_FOUND),
    ({"failed": 2}, TIMEOUTS * 2, "finished", 400, "nothing-found", Exit.NOTHING_FOUND),
    ({}, [], "finished", 0, "nothing-found", Exit.NOTHING_FOUND),
    ({"captures": 30, "unreadable": 30}, [], "finished", 0, "nothing-found", Exit.NOTHING_FOUND),
    ({"captures": 30, "unchanged": 20, "disappeared": 3}, [], "finished", 23, "ok", Exit.OK),
    ({"captures": 30, "unchanged": 10, "disappeared": 9}, [], "finished", 19, "partly-failed", Exit.PARTLY_FAILED),
    ({"captures": 30, "disappeared": 30}, [], "finished", 30, "partly-failed", Exit.PARTLY_FAILED),
    ({"captures": 30, "unchanged": 2, "disappeared": 3}, [], "finished", 5, "ok", Exit.OK),
    ({"captures": 30, "turned-unreadable": 20}, [], "finished", 30, "partly-failed", Exit.PARTLY_FAILED),
    ({"captures": 30, "new": 5}, [], "shutdown", 5, "interrupted", Exit.INTERRUPTED),
    # a first run that was told to stop early, or that met a broken server, has not shown that there are no articles
    ({"captures": 3, "unreadable": 3}, [], "closespider_pagecount", 0, "ok", Exit.OK),
    ({"captures": 3, "unreadable": 3}, [], "shutdown", 0, "interrupted", Exit.INTERRUPTED),
    ({"captures": 9, "error": 8}, [], "finished", 0, "partly-failed", Exit.PARTLY_FAILED),
    ({"captures": 30, "new": 5, "forbidden": 40}, [], "finished", 5, "ok", Exit.OK),
    ({"forbidden": 3}, [], "finished", 5, "nothing-found", Exit.NOTHING_FOUND),
]


@pytest.mark.parametrize(("counts", "failures", "ended", "known", "outcome", "code"), VERDICTS)
def test_verdict(counts: dict[str, int], failures: list[str], ended: str, known: int, outcome: str, code: Exit) -> None:
    verdict = judge(counts, failures, ended, known)
    assert (verdict.outcome, verdict.exit) == (outcome, code)
    assert (verdict.reason is None) == (outcome == "ok")


def test_a_mistake_of_our_own_is_never_ok() -> None:
    verdict = judge({"captures": 300, "new": 299}, [], "finished", 299, mistakes=1)
    assert verdict.outcome == "partly-failed"
    assert "Mistakes in luubao itself: 1." in (verdict.reason or "")


def test_all_forbidden_is_said() -> None:
    assert judge({"forbidden": 3}, [], "finished", 5).reason == "robots.txt forbids all 3 addresses"
    assert "timeout" in (judge({"forbidden": 3, "failed": 1}, TIMEOUTS, "finished", 5).reason or "")


def test_the_reason_names_the_trouble() -> None:
    assert "timeout" in (judge({"failed": 1}, TIMEOUTS, "finished", 9).reason or "")
    assert "9 of 19 known articles had disappeared" in (
        judge({"captures": 30, "unchanged": 10, "disappeared": 9}, [], "finished", 19).reason or ""
    )


def test_what_no_later_run_goes_on_with_is_not_said_to_go_on() -> None:
    deep = "2 addresses were left out, which too many sitemaps in a row name: raise sitemap_depth"
    assert reached({"left: depth": 2}, "finished", Settings()) == deep
    assert reached({"left: depth": 2, "left: pictures": 3}, "finished", Settings()) == (
        f"3 pictures wait (pictures_per_run); the next run continues from here; {deep}"
    )
    assert reached({}, "finished", Settings()) is None
