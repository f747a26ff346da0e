"""How a crawl treats a newspaper's server, over real HTTP and over several runs."""

from __future__ import annotations

import json
import sqlite3
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests import killable_commands
from tests.crawler.hostile import Hostile, Trap, answering, hostile, in_turn
from tests.crawler.measured import command, measured
from tests.crawler.serving import Answer, article, front, rules
from tests.crawler.test_pictures import jpeg, painted
from tests.killable_commands import KillableCommand

PAGES = {f"/bai-{number}.htm": article(f"Bài {number}") for number in range(6)}
HEADLINES = [f"Bài {number}" for number in range(6)]
AS_SET = {"LUUBAO_ERRORS_IN_A_ROW": 5, "RETRY_TIMES": 1}
"""As it is for everybody; the other tests of the folder are more hasty."""


def busy(after: str, status: int = 503) -> Answer:
    return Answer(b"busy", status, (("Retry-After", after.encode()),))


def slow(answer: Answer, seconds: float) -> Trap:
    def trap(connection: object, path: str) -> None:
        time.sleep(seconds)
        answering(answer)(connection, path)  # type: ignore[arg-type]  # a socket, as far as it is used

    return trap


def gaps(server: Hostile) -> list[tuple[str, float]]:
    """Each path that was asked for at 127.0.0.1, and for how long nothing had been asked there before it."""
    there = [(path, moment) for path, moment in zip(server.asked, server.times, strict=True) if path.startswith("/")]
    return [(path, moment - before) for (path, moment), (_, before) in zip(there[1:], there, strict=False)]


@pytest.mark.slow
def test_a_short_rest_is_kept_and_other_hosts_go_on(path: Path) -> None:
    pictures = "".join(f'<figure><img src="http://127.0.0.2:PORT/{n}.jpg"></figure>' for n in range(8))
    traps: dict[str, Trap | Answer] = {"127.0.0.2/*": slow(jpeg(painted(1)), 0.4)}
    with hostile(traps) as server:
        shown = article("Bài có ảnh", pictures.replace("PORT", server.base_url.rpartition(":")[2]))
        server.traps = {
            **traps,
            "/": front("/anh.htm", *PAGES),
            "/anh.htm": shown,
            **PAGES,
            "/bai-0.htm": in_turn(busy("6", 429), PAGES["/bai-0.htm"]),
        }
        crawl = measured(server.base_url, path, settings={**AS_SET, "LUUBAO_INSIDE": "127.0.0.2"})
    assert crawl.headlines() == [*HEADLINES, "Bài có ảnh"]
    assert (crawl.code, crawl.told) == (0, "")
    assert server.asked.count("/bai-0.htm") == 2
    ((_, rest),) = [gap for gap in gaps(server) if gap[1] > 5]
    assert rest >= 5.9
    begun = max(
        moment
        for one, moment in zip(server.asked, server.times, strict=True)
        if one.startswith("/") and moment < end(server)
    )
    during = [one for one, moment in zip(server.asked, server.times, strict=True) if begun < moment < begun + 5.9]
    assert [one for one in during if not one.startswith("127.0.0.2/")] == []
    assert len(during) >= 3


def end(server: Hostile) -> float:
    """When the longest rest at 127.0.0.1 ended."""
    there = [moment for path, moment in zip(server.asked, server.times, strict=True) if path.startswith("/")]
    return max(zip(there[1:], there, strict=False), key=lambda pair: pair[0] - pair[1])[0]


def test_a_long_rest_is_left_to_a_later_run(path: Path) -> None:
    until = datetime.now(UTC) + timedelta(hours=2)
    away = busy(format_datetime(until, usegmt=True))
    with hostile({"/": front(*PAGES), **dict.fromkeys(PAGES, away)}) as server:
        first = measured(server.base_url, path, settings=AS_SET)
        assert sum(page.startswith("/bai") for page in server.asked) == 1
        (left,) = (page for page in server.asked if page.startswith("/bai"))
        assert first.captured()[left][:2] == (503, "error"), "what it said is kept"
        assert first.counts["left-alone"] == 5
        assert first.told.count("is busy (status 503) and asked us to back off until") == 1
        assert first.code == 4
        quiet = first.ask("SELECT quiet_until FROM hosts")
        assert quiet == [f"{until:%Y-%m-%dT%H:%M:%SZ}"]
        due = first.ask("SELECT due_at FROM frontier WHERE url LIKE '%/bai%' AND url NOT LIKE ?", f"%{left}")
        assert due == quiet * 5

        before = len(server.asked)
        second = measured(server.base_url, path, settings=AS_SET)
        assert server.asked[before:] == [], "not even robots.txt"
        assert second.code == 3
        assert second.told.count("is busy (status 503) and asked us to back off until") == 1

        server.traps = {"/": front(*PAGES), **PAGES}
        _let_time_pass(path)
        third = measured(server.base_url, path, settings=AS_SET)
        assert third.headlines() == HEADLINES
        assert third.ask("SELECT * FROM hosts") == []


def _let_time_pass(path: Path) -> None:
    with sqlite3.connect(path) as connection:
        connection.execute("UPDATE hosts SET quiet_until = '2020-01-01T00:00:00Z'")
        connection.execute("UPDATE frontier SET due_at = '2020-01-01T00:00:00Z'")
    connection.close()


def test_a_host_that_only_fails_is_left_alone(path: Path) -> None:
    links = [f"/kin-{number}.htm" for number in range(30)]
    with hostile({"/": front(*links), "/kin*": Answer(b"no", 403)}) as server:
        crawl = measured(server.base_url, path, settings={**AS_SET, "RETRY_TIMES": 0})
        before = len(server.asked)
        again = measured(server.base_url, path, settings=AS_SET)
    assert sum(page.startswith("/kin") for page in server.asked) == 5
    assert crawl.counts["left-alone"] == 25
    sentence = "127.0.0.1 failed 5 times in a row, the last time with status 403; no requests until"
    assert crawl.told.count(sentence) == 1
    assert crawl.code == 4
    assert len(server.asked) == before
    assert (again.code, again.told.count(sentence)) == (3, 1)


def test_a_host_of_pictures_that_fails_stops_nothing_else(path: Path) -> None:
    with hostile({"127.0.0.2/robots.txt": rules(""), "127.0.0.2/*": busy("7200", 429)}) as server:
        place = server.base_url.replace("127.0.0.1", "127.0.0.2")
        shown = article("Bài có ảnh", "".join(f'<figure><img src="{place}/{n}.jpg"></figure>' for n in range(5)))
        server.traps = {**server.traps, "/": front("/anh.htm", *PAGES), "/anh.htm": shown, **PAGES}
        crawl = measured(server.base_url, path, settings={**AS_SET, "LUUBAO_INSIDE": "127.0.0.2"})
    assert [one for one in server.asked if one.startswith("127.0.0.2/") and one.endswith(".jpg")] == ["127.0.0.2/0.jpg"]
    assert crawl.headlines() == [*HEADLINES, "Bài có ảnh"]
    assert crawl.counts["pictures-left"] == 4
    assert crawl.ask("SELECT count(*) FROM picture_captures") == [1]
    assert crawl.ask("SELECT count(*) FROM images WHERE due_at = (SELECT quiet_until FROM hosts)") == [4]


def test_a_crawl_delay_of_a_day_is_obeyed_by_leaving(path: Path) -> None:
    with hostile({"/": front(*PAGES), **PAGES, "/robots.txt": rules("User-agent: *\nCrawl-delay: 86400")}) as server:
        first = measured(server.base_url, path, settings=AS_SET)
        second = measured(server.base_url, path, settings=AS_SET)
    assert server.asked == ["/robots.txt"]
    assert (first.code, second.code) == (3, 3)
    sentence = "127.0.0.1 asks for 86400 seconds between two requests (Crawl-delay), and a run waits for 300 at most"
    assert sentence in first.told
    assert sentence in second.told


def test_a_host_has_one_connection_at_a_time_though_its_rules_ask_for_no_delay(path: Path) -> None:
    pages: dict[str, Trap | Answer] = {link: slow(page, 0.05) for link, page in PAGES.items()}
    with hostile({"/": front(*PAGES), **pages, "/robots.txt": rules("User-agent: *\nCrawl-delay: 0")}) as server:
        crawl = measured(server.base_url, path)
    assert crawl.headlines() == HEADLINES
    assert server.most_open == 1


@pytest.fixture
def resting(path: Path) -> Trap:
    """A page that wants a minute's rest: the run waits."""
    return answering(busy("60"))


def waiting_crawl(server: Hostile, path: Path) -> KillableCommand:
    """A crawl that waits for a host which wants rest."""
    process = killable_commands.begin(command(server.base_url, path, settings=AS_SET))
    assert process.until(lambda: any(page.startswith("/bai") for page in server.asked))
    time.sleep(1)
    assert not process.ended()
    return process


def test_a_run_that_waits_can_be_told_to_stop(path: Path, resting: Trap) -> None:
    with hostile({"/": front(*PAGES), **dict.fromkeys(PAGES, resting)}) as server:
        process = waiting_crawl(server, path)
        process.terminate()
        ended = process.end(50)  # which is less than the host wants
    assert ended.code == 5, ended.err
    assert json.loads(ended.out)["outcome"] == "interrupted"
    assert "Traceback" not in ended.err


@pytest.mark.slow
def test_what_a_killed_run_learned_of_a_host_is_not_lost(path: Path, resting: Trap) -> None:
    with hostile({"/": front(*PAGES), **dict.fromkeys(PAGES, resting)}) as server:
        process = waiting_crawl(server, path)
        process.kill()
        before = len(server.asked)
        crawl = measured(server.base_url, path, settings={**AS_SET, "LUUBAO_LONGEST_WAIT": 1})
    assert server.asked[before:] == []
    assert "asked us to back off until" in crawl.told


def hours(begin: timedelta, end: timedelta) -> dict[str, str]:
    """Hours that begin and end so long from now, on the paper's clock."""
    now = datetime.now(ZoneInfo("Asia/Ho_Chi_Minh"))
    return {"LUUBAO_HOURS": f"{now + begin:%H:%M}-{now + end:%H:%M}"}


def test_outside_its_hours_a_paper_is_not_asked(path: Path) -> None:
    with hostile({"/": front(*PAGES), **PAGES}) as server:
        closed = hours(timedelta(hours=2), timedelta(hours=4))
        crawl = measured(server.base_url, path, environment=closed)
        assert (crawl.code, crawl.told, crawl.summary["outcome"]) == (0, "", "ok")
        assert crawl.summary["reason"].startswith(
            f"Báo Sông Thao is crawled at {closed['LUUBAO_HOURS']} only, and there"
        )
        assert server.connections == 0
        assert not path.exists()
        opened = measured(server.base_url, path, environment=hours(timedelta(hours=-1), timedelta(hours=1)))
    assert opened.headlines() == HEADLINES


@pytest.mark.slow
def test_a_run_ends_with_the_hours_and_the_next_goes_on(path: Path) -> None:
    ending = "import crawler.run.shutdown; from datetime import timedelta; crawler.run.shutdown.time_left = lambda *_: timedelta(seconds=5)"
    names = [f"/tin-{number}.htm" for number in range(20)]
    pages: dict[str, Trap | Answer] = {link: slow(article(f"Tin {link}"), 0.5) for link in names}
    with hostile({"/": front(*names), **pages}) as server:
        crawl = measured(server.base_url, path, environment={"LUUBAO_HOURS": "00:00-12:00"}, first=ending)
        assert 0 < len(crawl.headlines()) < 20
        assert (crawl.code, crawl.told, crawl.summary["outcome"]) == (0, "", "ok")
        assert crawl.summary["reason"] == "Stopped at the end of the paper's hours; the next run continues from here"
        server.traps = {"/": front(*names), **{link: article(f"Tin {link}") for link in names}}
        following = measured(server.base_url, path)
    assert len(following.headlines()) == 20
    assert following.ask("SELECT count(*) FROM captures WHERE outcome = 'fresh'") == [21], "the front page, each once"


def test_hours_must_be_some(path: Path) -> None:
    crawl = measured("http://127.0.0.1:9/", path, environment={"LUUBAO_HOURS": "at night"})
    assert crawl.code == 2
    assert "such as 22:00-06:00" in crawl.told
    assert not path.exists()
