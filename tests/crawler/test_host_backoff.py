"""How hosts answer, and how long each is left alone; the times follow from the policy in docs/politeness.md."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from scrapy.settings import Settings
from sqlite_utils import Database

from archive.frontier.schedule import HostState, note_hosts, troubled_hosts
from archive.storage.connection import open_archive
from crawler.politeness.host_backoff import HostBackoffs, is_error, retry_after
from crawler.politeness.host_politeness import backoff_limits_of

NOON = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
HOST = "bao.example"
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)

SETTINGS = Settings()
SETTINGS.setmodule("crawler.settings")
LIMITS = backoff_limits_of(SETTINGS)


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now


class Watched:
    """Hosts with a clock that the test moves, and what they noted and told."""

    def __init__(self, *remembered: HostState) -> None:
        self.clock = Clock()
        self.noted: dict[str, HostState] = {}
        self.told: list[str] = []
        self.hosts = HostBackoffs(LIMITS, remembered, self.note, self.told.append, self.clock)

    def note(self, state: HostState) -> None:
        self.noted[state.host] = state

    def next_run(self) -> Watched:
        """Another run, later, that remembers what this one noted."""
        following = Watched(*self.noted.values())
        following.clock.now = self.clock.now
        return following

    def quiet_for(self) -> timedelta | None:
        state = self.hosts.left_alone(HOST)
        return state.quiet_until - self.clock.now if state and state.quiet_until else None


@pytest.fixture
def watched() -> Watched:
    return Watched()


def test_a_host_that_answers_is_asked_at_once(watched: Watched) -> None:
    for status in (200, 304, 301, 404, 410, 400, 451):
        watched.hosts.answered(HOST, status)
    assert watched.hosts.remaining_seconds(HOST) == 0
    assert (watched.noted, watched.told) == ({}, [])


@pytest.mark.parametrize("status", [500, 502, 503, 504, 520, 599, 999, 401, 403, 408, 429])
def test_what_is_an_error_of_the_host(status: int) -> None:
    assert is_error(status)


FAIL: list[Callable[[HostBackoffs], None]] = [
    lambda hosts: hosts.answered(HOST, 500),
    lambda hosts: hosts.answered(HOST, 403),
    lambda hosts: hosts.failed(HOST, "connection refused"),
]


@pytest.mark.parametrize("fail", FAIL)
def test_five_errors_in_a_row_and_it_is_left_alone(watched: Watched, fail: Callable[[HostBackoffs], None]) -> None:
    for _ in range(4):
        fail(watched.hosts)
        assert watched.hosts.left_alone(HOST) is None
    fail(watched.hosts)
    assert watched.quiet_for() == 15 * MINUTE
    assert len(watched.told) == 1
    assert watched.told[0].startswith("bao.example failed 5 times in a row, the last time with ")
    assert watched.told[0].endswith("; no requests until 2026-05-20T12:15:00Z")


def test_an_answer_in_between_makes_it_begin_anew(watched: Watched) -> None:
    for status in (500, 500, 500, 500, 200, 500, 500, 500, 500):
        watched.hosts.answered(HOST, status)
    assert watched.hosts.left_alone(HOST) is None


def test_rules_that_answer_say_nothing_on_the_pages(watched: Watched) -> None:
    for _ in range(5):
        watched.hosts.answered(HOST, 200, is_rules=True)
        watched.hosts.answered(HOST, 503 + 20)
    assert watched.quiet_for() == 15 * MINUTE


def test_it_is_not_asked_again_in_the_same_run_even_when_the_quiet_is_over(watched: Watched) -> None:
    for _ in range(5):
        watched.hosts.answered(HOST, 500)
    assert watched.hosts.left_alone(HOST)
    watched.clock.now += HOUR
    assert watched.hosts.left_alone(HOST)


def test_each_further_error_doubles_the_quiet_over_the_runs(watched: Watched) -> None:
    """15 minutes, 30, 1 hour, 2, 4, and 6 at most; one request a run is all that a dead host costs."""
    for _ in range(5):
        watched.hosts.answered(HOST, 500)
    quiets = [watched.quiet_for()]
    for _ in range(6):
        watched.clock.now += quiets[-1] or HOUR
        watched = watched.next_run()
        assert watched.hosts.left_alone(HOST) is None
        assert watched.hosts.remaining_seconds(HOST) == 0
        watched.hosts.failed(HOST, "timeout")
        quiets.append(watched.quiet_for())
    assert quiets == [15 * MINUTE, 30 * MINUTE, HOUR, 2 * HOUR, 4 * HOUR, 6 * HOUR, 6 * HOUR]


def test_a_run_that_comes_too_soon_asks_nothing(watched: Watched) -> None:
    for _ in range(5):
        watched.hosts.answered(HOST, 500)
    soon = watched.next_run()
    soon.clock.now += 14 * MINUTE
    assert soon.quiet_for() == MINUTE
    assert soon.told == [watched.noted[HOST].reason]


def test_a_host_that_has_recovered_is_forgotten(watched: Watched) -> None:
    for _ in range(5):
        watched.hosts.answered(HOST, 500)
    watched.clock.now += HOUR
    later = watched.next_run()
    later.hosts.answered(HOST, 200)
    assert later.noted[HOST] == HostState(HOST)
    assert not later.noted[HOST].is_troubled


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("header", "rest"),
    [
        ("120", 2 * MINUTE), ("Wed, 20 May 2026 12:02:00 GMT", 2 * MINUTE), ("Wednesday, 20-May-26 12:02:00 GMT", 2 * MINUTE),
        ("Wed May 20 12:02:00 2026", 2 * MINUTE), (" 300 ", 5 * MINUTE),
    ],
)  # fmt: skip
def test_a_rest_that_is_short_is_waited_for(watched: Watched, status: int, header: str, rest: timedelta) -> None:
    watched.hosts.answered(HOST, status, header)
    assert watched.hosts.left_alone(HOST) is None
    assert watched.hosts.remaining_seconds(HOST) == rest.total_seconds()


def test_a_rest_that_is_long_is_left_to_a_later_run(watched: Watched) -> None:
    watched.hosts.answered(HOST, 503, "3600")
    assert watched.quiet_for() == HOUR
    assert watched.told == ["bao.example is busy (status 503) and asked us to back off until 2026-05-20T13:00:00Z"]
    later = watched.next_run()
    later.clock.now += 58 * MINUTE
    assert later.hosts.left_alone(HOST) is None, "two minutes are short enough to wait for"
    assert later.hosts.remaining_seconds(HOST) == 120


def test_a_busy_host_that_does_not_say_how_long_is_given_more_each_time(watched: Watched) -> None:
    pauses = []
    for _ in range(4):
        watched.hosts.answered(HOST, 429)
        pauses.append(watched.hosts.remaining_seconds(HOST))
        watched.clock.now += timedelta(seconds=pauses[-1])
    assert pauses == [30, 60, 120, 240]
    watched.hosts.answered(HOST, 429)
    assert watched.quiet_for() == 15 * MINUTE


@pytest.mark.parametrize(
    "header",
    [None, "", "0", "-5", "soon", "1.5", "Wed, 20 May 2026 11:00:00 GMT", "Wed, 99 May 99999 99:99:99 GMT", "٣"],
)
def test_what_asks_for_no_rest(header: str | None) -> None:
    assert retry_after(header, NOON) is None


@pytest.mark.parametrize("header", ["99999999999999999999", "Fri, 31 Dec 9999 23:59:59 GMT"])
def test_nobody_is_believed_for_more_than_a_month(watched: Watched, header: str) -> None:
    watched.hosts.answered(HOST, 429, header)
    assert watched.quiet_for() == timedelta(days=30)


def test_a_time_written_by_a_clock_that_was_ahead_ends(watched: Watched) -> None:
    astray = Watched(HostState(HOST, 7, NOON + timedelta(days=4000), "of old"))
    assert astray.quiet_for() == timedelta(days=30)


def test_after_a_month_without_an_answer_there_are_no_rules(watched: Watched) -> None:
    assert not watched.hosts.rules(HOST, known=False)
    watched.clock.now += timedelta(days=29)
    watched = watched.next_run()
    assert not watched.hosts.rules(HOST, known=False)
    watched.clock.now += timedelta(days=1)
    assert watched.hosts.rules(HOST, known=False)
    assert not watched.hosts.rules(HOST, known=True)
    assert not watched.hosts.rules(HOST, known=False), "they were there in between"


def test_the_archive_remembers_who_has_something_against_him(db: Database, path: Path) -> None:
    troubled = HostState(HOST, 7, NOON + HOUR, "a sentence", NOON)
    failing = HostState("anh.example", 2)
    note_hosts(db, [failing, troubled, HostState("lanh.example")], NOON)
    with open_archive(path) as reopened:
        assert troubled_hosts(reopened) == [failing, troubled]
    note_hosts(db, [HostState(HOST)], NOON)
    assert troubled_hosts(db) == [failing]
