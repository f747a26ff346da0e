"""What stood where, as people read it: a front page scrubbed through a day, the path of an article, and its words."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from archive.queries.canned_queries import QUESTIONS
from archive.web.room.translations import texts
from tests.archive.test_placements import BRIDGE, HOME, MARKET, NAMES, SCHOOL, crawled, front, looks
from tests.room.in_process import Answer, room_on
from tests.support import page, shoot

Ask = Callable[..., Answer]
DAY = "/-/front/1/2026-05-20"
RENAMED = "Cầu mới bị nứt sau ba ngày"


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Ask:
    """Five looks at a front page from 12 to 16 o'clock in UTC, which the paper keeps; the bridge's article; and, the
    day after, a section."""
    section = shoot(f"{HOME}kinh-te", front(MARKET, SCHOOL, BRIDGE), 24)
    story = shoot(BRIDGE, page(NAMES[BRIDGE]), 0)
    return room_on(crawled(tmp_path_factory.mktemp("front") / "bao.db", [story, *looks(shoot), section]))


def headlines(answer: Answer) -> list[tuple[int, str]]:
    """Places and headlines, as the page lists them."""
    found = re.findall(r'<li class="card" value="(\d+)">.*?</span></span> (?:<a [^>]*>)?([^<]*)', answer.text, re.S)
    return [(int(place), headline) for place, headline in found]


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        ("", [(1, RENAMED), (2, NAMES[SCHOOL])]),
        ("19:30", [(1, NAMES[BRIDGE]), (2, NAMES[SCHOOL])]),
        ("20:00:00", [(1, NAMES[MARKET]), (2, NAMES[BRIDGE]), (3, NAMES[SCHOOL])]),
        ("03:00", [(1, NAMES[BRIDGE]), (2, NAMES[SCHOOL])]),
    ],
)
def test_a_front_page_is_shown_as_it_stood_at_an_hour(ask: Ask, moment: str, expected: list[tuple[int, str]]) -> None:
    """The paper's zone is UTC+7: its first look was at 19:00. Before that the first look is shown."""
    answer = ask(f"{DAY}?at={moment}" if moment else DAY)
    assert answer.status == 200
    assert headlines(answer) == expected


def test_each_hour_with_a_look_leads_to_it_and_no_other_does(ask: Ask) -> None:
    told = ask(DAY).text
    hours = re.search(r'<ol class="hours">(.*?)</ol>', told, re.S)
    assert hours is not None
    assert re.findall(r">(\d\d)</a>", hours[1]) == ["19", "20", "21", "22", "23"]
    assert len(re.findall(r"<li>", hours[1])) == 24
    assert hours[1].count("aria-current") == 1 and "<script" not in told


def test_a_headline_says_whether_it_is_new_and_what_the_article_says(ask: Ask) -> None:
    at_eight, at_eleven = ask(f"{DAY}?at=20:00&lang=en").text, ask(f"{DAY}?at=23:00&lang=en").text
    assert at_eight.count("new on the page") == 1 and "was in place 1" in at_eight
    assert f'The article itself says: <q lang="">{NAMES[BRIDGE]}</q>' in at_eleven
    assert "The article itself says" not in at_eight


def test_the_path_of_an_article_over_the_front_page(ask: Ask) -> None:
    told = ask("/-/article/1/places").text
    home, sections = told.split("<h2>Trên các trang chuyên mục</h2>")
    assert re.findall(r">(\d)</td>", home) == ["1", "2", "1", "1"]
    assert re.findall(r">(\d)</td>", sections) == ["3"]
    assert home.count(RENAMED) == 1 and f"{DAY}?at=20%3A00%3A00" in home


def test_an_article_says_where_it_stood_highest(ask: Ask) -> None:
    told = ask("/-/article/1").text
    assert "vị trí 1 trên trang nhất" in told and 'href="/-/article/1/places"' in told


def test_the_last_day_of_the_front_page_is_found_without_its_number(ask: Ask) -> None:
    assert ask("/-/front").headers["location"] == DAY
    assert ask("/-/front/2").headers["location"] == "/-/front/2/2026-05-21"
    assert 'href="/-/front/2/2026-05-20"' in ask(DAY).text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{DAY}?at=25:00", 400), (f"{DAY}?at=nonsense", 400), ("/-/front/99", 404), ("/-/front/99/2026-05-20", 404),
        ("/-/front/1/nonsense", 400), ("/-/front/1/0001-01-01", 200), ("/-/front/1/9999-12-31", 200),
        ("/-/article/99/places", 404),
    ],
)  # fmt: skip
def test_odd_questions_get_a_sentence(ask: Ask, path: str, status: int) -> None:
    answer = ask(path)
    assert answer.status == status and "<main" in answer.text


def test_of_a_day_without_a_look_nothing_is_claimed(ask: Ask) -> None:
    answer = ask("/-/front/1/2026-05-19")
    assert headlines(answer) == [] and str(texts()["placed.no_look"]["vi"]) in answer.text
    assert 'rel="next"' in answer.text


def test_a_comparison_says_where_the_article_stood_while_it_had_the_error(tmp_path: Path) -> None:
    """The bridge led the page at 12, was in place 2 at 13, and led it again from 14 on (UTC). Its first text was seen at
    12, the second at 13:30 and, for the last time, at 15:30: what the page showed later says nothing of it."""
    story, edited = (page(NAMES[BRIDGE], f"Cầu dài {length} mét, nối hai xã ở hai bờ sông.") for length in (412, 421))
    captures = [
        shoot(BRIDGE, story, 0), *looks(shoot)[:2], shoot(BRIDGE, edited, 1.5), *looks(shoot)[2:4],
        shoot(BRIDGE, edited, 3.5), looks(shoot)[4], shoot(BRIDGE, page(NAMES[BRIDGE]), 9),
    ]  # fmt: skip
    path = crawled(tmp_path / "bao.db", captures)
    ask = room_on(path)
    first, second = (re.sub(r"<[^>]+>", "", ask(f"/-/diff/1/v{n}..v{n + 1}?lang=en").text) for n in (1, 2))
    assert "While version 1 stood, the article was in place 1 of the front page, at 20 May 2026, 19:00" in first
    assert "While version 2 stood, the article was in place 1 of the front page, from 20 May 2026, 21:00" in second
    with sqlite3.connect(path) as db:
        (question,) = (question for question in QUESTIONS if question.name == "edited_on_front")
        assert [row[:4] for row in db.execute(question.sql)] == [
            (1, "2026-05-20T13:00:00Z", "2026-05-20T15:00:00Z", "2026-05-20T21:00:00Z"),
            (1, "2026-05-20T12:00:00Z", "2026-05-20T12:00:00Z", "2026-05-20T13:30:00Z"),
        ]
