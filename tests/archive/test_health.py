"""What is counted of the pages of a run."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from sqlite_utils import Database

from archive import Run, ingest
from archive.model.records import Filed, Image, Reading, Unreadable
from archive.monitor.health import Health, Seed
from archive.pipeline.ingest import Ingested
from tests.support import NOON, Shoot, page

READING = Reading(
    kind="article",
    headline="Cầu mới qua sông",
    lead="Sáng 20/5, huyện Tam Sông khánh thành cây cầu bắc qua sông Con.",
    text=" ".join(["chữ"] * 60),
    images=(
        Image("https://bao.example/1.jpg", "Cầu mới", "Hà Thu", "Cầu mới. Ảnh: Hà Thu"),
        Image("https://bao.example/2.jpg"),
    ),
    byline="Hà Thu",
    published_at=NOON,
    section="Thời sự",
    origins=(("body", "structure"), ("container", "div.detail")),
)


def filed(reading: Reading | Unreadable, outcome: str = "new") -> Ingested:
    return Ingested("fresh", Filed(outcome, 1, 1), reading)  # type: ignore[arg-type]  # the caller names an outcome


def of(*pages: Ingested) -> Health:
    health = Health(NOON)
    for one in pages:
        health.add(one)
    return health


def test_a_whole_article() -> None:
    health = of(filed(READING))
    assert health.new == 1
    assert dict(health.sections) == {"Thời sự": 1}
    assert dict(health.kinds) == {"article": 1}
    assert dict(health.body_from) == {"structure": 1}
    assert dict(health.containers) == {"div.detail": 1}
    assert health.shares == {
        "readable": (1, 1), "body": (1, 1), "lead": (1, 1), "byline": (1, 1), "published_at": (1, 1), "section": (1, 1),
        "images": (1, 1), "caption": (1, 2), "credit": (1, 2),
    }  # fmt: skip


def test_what_an_article_lacks() -> None:
    bare = Reading("article", "Tin vắn", text="Một dòng.")
    health = of(filed(bare))
    assert health.shares == {
        "readable": (1, 1), "body": (0, 1), "lead": (0, 1), "byline": (0, 1), "published_at": (0, 1), "section": (0, 1),
        "images": (0, 1),
    }  # fmt: skip
    assert dict(health.sections) == {"": 1}


def test_a_photo_story_needs_no_text() -> None:
    assert "body" not in of(filed(replace(READING, kind="photo-story", text=""))).shares


@pytest.mark.parametrize("outcome", ["edited", "unchanged"])
def test_an_article_read_again_is_not_new_and_counts_all_the_same(outcome: str) -> None:
    health = of(filed(READING, outcome))
    assert (health.new, health.shares["lead"]) == (0, (1, 1))
    assert not +health.sections


@pytest.mark.parametrize(("days", "counts"), [(1, True), (44, True), (46, False), (4000, False)])
def test_old_years_say_nothing_of_today(days: int, counts: bool) -> None:
    old = replace(READING, published_at=NOON - timedelta(days=days))
    assert bool(of(filed(old)).kinds) is counts


def test_a_page_without_a_date_counts() -> None:
    assert of(filed(replace(READING, published_at=None))).new == 1


@pytest.mark.parametrize("reason", ["listing", "home", "not-html"])
def test_lists_and_feeds_need_not_be_articles(reason: str) -> None:
    assert of(filed(Unreadable(reason), "unreadable")).to_json() == {}  # type: ignore[arg-type]  # a parameter: one of the reasons


@pytest.mark.parametrize("reason", ["wall", "no-article", "soft-404", "gave-up"])
def test_pages_that_cannot_be_read(reason: str) -> None:
    health = of(filed(Unreadable(reason), "unreadable"), filed(READING))  # type: ignore[arg-type]  # a parameter: one of the reasons
    assert health.shares["readable"] == (1, 2)
    assert health.kinds[reason] == 1


def test_what_brought_nothing_to_read_counts_for_nothing() -> None:
    assert of(Ingested("not-modified"), Ingested("gone", disappeared=True)).to_json() == {}


def test_a_seed_keeps_what_it_led_to() -> None:
    health = Health(NOON)
    health.add_seed("https://bao.example/rss", Seed("fresh", 30, NOON))
    health.add_seed("https://bao.example/rss", Seed("not-modified"))
    assert health.seeds == {"https://bao.example/rss": Seed("not-modified", 30, NOON)}


def test_as_it_is_stored_and_back() -> None:
    health = of(filed(READING), filed(Unreadable("wall"), "unreadable"))
    health.add_seed("https://bao.example/", Seed("fresh", 60))
    health.add_seed("https://bao.example/rss", Seed("error", None, datetime(2026, 5, 1, 7, tzinfo=UTC)))
    health.flags = ("few:lead",)
    told = json.loads(json.dumps(health.to_json(), ensure_ascii=False))
    assert told["seeds"]["https://bao.example/rss"] == {"outcome": "error", "newest": "2026-05-01T07:00:00Z"}
    assert Health.from_json(NOON, told).to_json() == told
    assert Health.from_json(NOON, told).shares == health.shares
    assert Health.from_json(NOON, {}).to_json() == {}


def test_a_page_of_many_sections_stays_small() -> None:
    health = of(*(filed(replace(READING, section=f"Mục {number}")) for number in range(500)))
    assert len(health.to_json()["sections"]) == 60


def test_pages_as_the_archive_files_them(db: Database, run: Run, shoot: Shoot) -> None:
    health = Health(NOON)
    for hours, body in enumerate([page(), page(clock="09:00"), page(body="Cầu dài 300 mét, rộng 9 mét, nối hai xã.")]):
        health.add(ingest(db, run, shoot(body=body, hours=hours)))
    assert health.new == 1
    assert health.kinds["article"] == 3
    assert dict(health.containers) == {"html > body > article": 3}
