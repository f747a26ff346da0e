"""What it costs to know what an address holds out, against finding it in its page."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest

from archive import open_archive, start_run
from archive.frontier.article_probability import article_probability_of, note_kind, note_yield, worth_asking
from crawler import discovery
from tests.support import NOON, PAPER

_TIMES = 50


def _seconds(work: Callable[[], object]) -> float:
    """The shortest of many times: the machine is shared."""
    times = []
    for _ in range(_TIMES):
        begun = time.perf_counter()
        work()
        times.append(time.perf_counter() - begun)
    return min(times)


@pytest.mark.bench
def test_a_promise_costs_little_beside_a_link(tmp_path: Path) -> None:
    """A page of 200 links, most of which stand on every page."""
    links = [f"https://bao.example/muc-{'abcdefghij'[n % 10]}/mot-hai-ba-bon-{100_000 + n}.htm" for n in range(200)]
    page = "".join(f'<p><a href="{link}">Một tiêu đề dài như thường</a> lời dẫn của bài</p>' for link in links).encode()
    with open_archive(tmp_path / "a.db", create=True) as db:
        run = start_run(db, PAPER, {}, NOON)
        for link in links[:30]:
            note_kind(db, run, link, "article")
        finding = _seconds(lambda: discovery.links(page, "https://bao.example/", PAPER.hosts))
        promising = _seconds(lambda: article_probability_of(db, run, links))
        asking = _seconds(lambda: worth_asking(db, run, links))

        def note() -> None:
            note_kind(db, run, links[0], "article")
            note_yield(db, run, links[0], 3, links[:40])

        noting = _seconds(note)
    print(
        f"\n200 links: found in {finding * 1e3:.2f} ms, promises {promising * 1e3:.2f} ms ({promising * 5e3:.1f} us a link),"
        f" worth asking {asking * 5e3:.1f} us a link; a page noted in {noting * 1e3:.2f} ms"
    )
    assert promising < finding / 2
