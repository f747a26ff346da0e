"""How a run went, in one word."""

import pytest

from crawler.verdict import Exit, judge

VERDICTS = [
    ({"captures": 30, "new": 5}, [], "finished", "ok", Exit.OK),
    ({"captures": 30, "not-modified": 30}, [], "finished", "ok", Exit.OK),
    ({"captures": 30, "new": 5, "failed": 2}, ["x: timeout"] * 2, "finished", "ok", Exit.OK),
    ({"captures": 30, "new": 5, "failed": 9}, ["x: timeout"] * 9, "finished", "partly-failed", Exit.PARTLY_FAILED),
    ({"captures": 30, "new": 5, "error": 9}, [], "finished", "partly-failed", Exit.PARTLY_FAILED),
    ({"failed": 2}, ["https://bao.example/: connection refused"], "finished", "nothing-found", Exit.NOTHING_FOUND),
    ({}, [], "finished", "nothing-found", Exit.NOTHING_FOUND),
    ({"captures": 30, "unreadable": 30}, [], "finished", "nothing-found", Exit.NOTHING_FOUND),
    ({"captures": 30, "unchanged": 20, "disappeared": 3}, [], "finished", "ok", Exit.OK),
    ({"captures": 30, "unchanged": 10, "disappeared": 9}, [], "finished", "partly-failed", Exit.PARTLY_FAILED),
    ({"captures": 30, "disappeared": 30}, [], "finished", "partly-failed", Exit.PARTLY_FAILED),
    ({"captures": 30, "unchanged": 2, "disappeared": 3}, [], "finished", "ok", Exit.OK),
    ({"captures": 30, "new": 5}, [], "shutdown", "interrupted", Exit.INTERRUPTED),
]


@pytest.mark.parametrize(("counts", "failures", "ended", "outcome", "code"), VERDICTS)
def test_verdict(counts: dict[str, int], failures: list[str], ended: str, outcome: str, code: Exit) -> None:
    verdict = judge(counts, failures, ended)
    assert (verdict.outcome, verdict.exit) == (outcome, code)
    assert (verdict.reason is None) == (outcome == "ok")


def test_the_reason_names_the_trouble() -> None:
    assert "connection refused" in (judge({"failed": 1}, ["https://b/: connection refused"], "finished").reason or "")
