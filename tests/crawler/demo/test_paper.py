"""The truth of the three days, as declared in the newsroom's files and as asked of the paper."""

from __future__ import annotations

import unicodedata
from datetime import datetime, timedelta, timezone
from typing import get_args

import pytest

from crawler.demo.newsroom_records import Article, Form, LinkedFrom, Published, State, as_of
from crawler.demo.paper import DAYS, changes, load_articles, published
from crawler.demo.section_addresses import BY_SLUG

HANOI = timezone(timedelta(hours=7))
BRIDGE = "/chuyen-muc/tin/238131/thong-xe-ky-thuat-cau-ben-got"


def by_path(day: int) -> dict[str, Published]:
    return {one.path: one for one in published(day)}


@pytest.mark.parametrize("article", load_articles(), ids=lambda article: article.slug)
def test_every_file_is_sound(article: Article) -> None:
    shown = [index for one in article.passages for index in one.pictures]
    assert shown == list(range(len(article.pictures))), "every picture is shown once, in order"
    assert article.section in BY_SLUG
    assert article.form in get_args(Form) and article.reach in get_args(LinkedFrom)
    assert article.slug.isascii() and article.published.date() >= datetime(2026, 5, 4, tzinfo=HANOI).date()
    assert (article.reach == "link") == (article.linked_from is not None)
    for one, before in zip(article.pictures[1:], article.pictures, strict=False):
        assert not one.grouped or (one.caption, one.credit) == (before.caption, before.credit)


@pytest.mark.parametrize("article", [one for one in load_articles() if one.changes], ids=lambda article: article.slug)
def test_every_declared_change_changes_something(article: Article) -> None:
    for change in article.changes:
        yesterday, today = as_of(article, change.day - 1), as_of(article, change.day)
        assert yesterday != today, change
        assert change.field != "state" or change.after in get_args(State)
        if change.field == "body" and yesterday:
            assert sum(one.text.count(change.before) for one in yesterday.passages) == 1


def test_ids_and_paths_are_unique() -> None:
    for day in DAYS:
        articles = published(day)
        assert len({one.id for one in articles}) == len({one.path for one in articles}) == len(articles)


def test_the_paper_grows() -> None:
    assert [len(published(day)) for day in DAYS] == [29, 33, 35]


def test_all_text_is_composed() -> None:
    for one in published(3):
        texts = [one.headline, one.lead, *one.tags, *(block.text for block in one.body)]
        assert all(unicodedata.is_normalized("NFC", text) for text in texts)


def test_an_article_as_a_person_reads_it() -> None:
    bridge = by_path(1)[BRIDGE]
    assert bridge.headline == "Thông xe kỹ thuật cầu Bến Gót bắc qua sông Thao"
    assert bridge.lead.startswith("Sáng 18/5, sau 26 tháng thi công")
    assert [block.kind for block in bridge.body] == ["paragraph"] * 3 + ["quote"] + ["paragraph"] * 2
    assert bridge.body[-1].text.endswith("không dừng xe chụp ảnh trên cầu.")
    assert bridge.byline == "Đức Long"
    assert bridge.published_at == datetime(2026, 5, 18, 8, 15, tzinfo=HANOI)
    assert bridge.section == "Thời sự"
    assert [picture.credit for picture in bridge.pictures] == ["Đức Long", "Thu Hà"]
    assert bridge.modified_at is None and bridge.state == "live"


def test_what_pages_do_not_tell_is_absent() -> None:
    undated = [one.path for one in published(1) if one.published_at is None]
    unsigned = [one.path for one in published(1) if one.byline is None]
    assert undated == ["/phap-luat/canh-bao-gia-danh-nhan-vien-dien-luc-238116.htm"]
    assert unsigned == ["/chuyen-muc/tin/238113/ba-thon-thanh-lac-cho-nuoc-sach"]


def test_a_desk_is_not_a_person() -> None:
    assert {one.byline for one in published(1) if not one.authors} == {None, "P.V", "CTV"}


def test_a_page_that_prints_the_day_only_tells_midnight() -> None:
    donors = by_path(1)["/thoi-su/ngay-hoi-hien-mau-thu-ve-612-don-vi-238104.htm"]
    assert donors.published_at == datetime(2026, 5, 7, tzinfo=HANOI) and not donors.prints_time


def test_day_one_brings_no_changes() -> None:
    today = changes(1)
    assert (today.edited, today.added, today.disappeared, today.moved) == ((), (), (), ())


def test_day_two_edits_five_articles_and_adds_four() -> None:
    today = changes(2)
    edits = {edit.field: edit for edit in today.edited}
    assert set(edits) == {"headline", "body", "credit", "picture", "scene"} and len(today.edited) == 5
    assert (edits["headline"].before[-8:], edits["headline"].after[-8:]) == ("Yên Lình", "Yên Lĩnh")
    assert "412 tỷ đồng" in edits["body"].before and "421 tỷ đồng" in edits["body"].after
    assert (edits["credit"].before, edits["credit"].after, edits["credit"].index) == ("Thu Hà", "Dương Miên", 1)
    assert edits["picture"].before != edits["picture"].after
    assert (edits["scene"].before, edits["scene"].after) == ("lang-go-sat", "san-phoi-nan-go-sat")
    assert len(today.added) == 4 and not today.disappeared and not today.moved


def test_day_three_takes_two_away_moves_one_and_edits_one_again() -> None:
    today = changes(3)
    assert [edit.path for edit in today.edited] == [BRIDGE] and BRIDGE in [edit.path for edit in changes(2).edited]
    assert len(today.added) == 2
    states = {one.path: one.state for one in published(3)}
    assert sorted(states[path] for path in today.disappeared) == ["gone-404", "gone-410"]
    [(old, new)] = today.moved
    assert states[new] == "moved" and by_path(3)[new].old_path == old and by_path(2)[old].state == "live"


def test_an_edit_tells_when() -> None:
    edited = by_path(2)[BRIDGE].modified_at
    assert edited is not None and edited.date() == datetime(2026, 5, 19, tzinfo=HANOI).date()
