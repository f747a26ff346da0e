"""One article, one history: no copy, column, detour or outage splits it, merges it with another, or edits it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlite_utils import Database

from archive import Run, ingest, start_run
from archive.frontier import url_queue
from archive.pipeline.ingest import note_redirect
from archive.queries import lookup
from tests.support import NOON, Shoot, page

HOME = "https://bao.example/"
A, B, C = (HOME + name for name in ("cau-moi-qua-song-con-1.htm", "tin/cho-phien-vung-cao-2.htm", "thoi-su"))

CANONICAL = '<head><link rel="canonical" href="{}">'
PICTURE = '<figure><img src="/anh/cau.jpg"><figcaption>Cầu ngày thông xe. Ảnh: Hà Thu</figcaption></figure>'
OTHER = {
    "Sáng 20/5, huyện Tam Sông khánh thành cây cầu": "Chiều 19/5, giá chè búp tươi ở xã Phú Khê tăng thêm",
    "Cầu dài 212 mét": "Nhà máy mua 212 tấn",
    "Bà Nguyễn Thị Mận": "Ông Đỗ Văn Sửu",
    "Theo kế hoạch": "Theo hợp tác xã",
}


def story(headline: str = "Cầu mới qua sông", canonical: str | None = None, **kinds: Any) -> str:
    source = page(headline, **kinds)
    return source.replace("<head>", CANONICAL.format(canonical)) if canonical else source


def other(headline: str = "Giá chè tăng", canonical: str | None = None) -> str:
    """A different article."""
    source = story(headline, canonical)
    for old, new in OTHER.items():
        assert old in source
        source = source.replace(old, new)
    return source


@pytest.fixture
def see(db: Database, run: Run, shoot: Shoot) -> Callable[..., object]:
    """Ingests in the order of calls, an hour apart or when it is said."""
    times = iter(range(100))
    return lambda url, body=None, hours=0, **facts: ingest(
        db, run, shoot(url, body, hours=next(times) + hours, **facts)
    )


def versions(db: Database) -> list[int]:
    return [article.version_count for article in sorted(lookup.articles(db), key=lambda one: one.id)]


def test_a_copy_for_phones_without_the_picture_is_no_edit(db: Database, see: Callable[..., object]) -> None:
    full = story(canonical=A).replace("</p>", "</p>" + PICTURE, 1)
    for ticks in range(3):
        see(A, full.replace("08:00", f"0{ticks}:01"))
        see(A + "?amp=1", story(canonical=A, clock=f"0{ticks}:02"))
    assert versions(db) == [1]
    assert lookup.articles(db)[0].url == A
    assert lookup.find_article(db, A + "?amp=1").id == 1


def test_a_copy_seen_first_gives_way_to_the_page_it_names(db: Database, see: Callable[..., object]) -> None:
    see(A + "?amp=1", story(canonical=A))
    see(A, story(canonical=A).replace("</p>", "</p>" + PICTURE, 1))
    see(A + "?amp=1", story(canonical=A, clock="09:00"))
    assert versions(db) == [1]
    assert db.execute("SELECT count(*) FROM version_images").fetchone() == (1,)
    assert lookup.articles(db)[0].url == A


def test_the_second_page_of_an_article_is_no_edit_of_the_first(db: Database, see: Callable[..., object]) -> None:
    for ticks in range(3):
        see(A, story(canonical=A, clock=f"0{ticks}:01"))
        see(A + "?page=2", other("Cầu mới qua sông", canonical=A).replace("08:00", f"0{ticks}:02"))
    assert versions(db)[0] == 1


def test_a_twin_that_lags_behind_is_no_edit(db: Database, see: Callable[..., object]) -> None:
    see(A, story())
    see(B, story(clock="09:00"))
    see(A, story("Cầu mới qua sông Con"))
    see(B, story(clock="10:00"))
    see(A, story("Cầu mới qua sông Con", clock="11:00"))
    assert versions(db) == [2]


def test_a_canonical_address_nobody_has_fetched_belongs_to_what_is_found_there(
    db: Database, see: Callable[..., object]
) -> None:
    see(A, story(canonical=B))
    see(B, other())
    see(A, story(canonical=B, clock="09:00"))
    see(B, other().replace("08:00", "10:00"))
    assert versions(db) == [1, 1]
    assert lookup.find_article(db, B).headline == "Giá chè tăng"


def test_a_detour_that_ends_leaves_two_articles(db: Database, see: Callable[..., object]) -> None:
    see(B, other())
    see(A, status=302, final_url=B)
    see(B, other().replace("08:00", "09:00"), via=(A,))
    see(A, story())
    assert versions(db) == [1, 1]
    assert lookup.find_article(db, A).headline == "Cầu mới qua sông"


def test_a_standing_headline_merges_nothing(db: Database, see: Callable[..., object]) -> None:
    see(A, story("Giá vàng hôm nay", canonical=C))
    see(B, other("Giá vàng hôm nay", canonical=C))
    assert versions(db) == [1, 1]


def test_the_same_page_at_a_second_address_is_known_after_the_extractor_changed(
    db: Database, see: Callable[..., object]
) -> None:
    see(A, story())
    db.execute("UPDATE extractors SET name = 'an older one'")
    see(A, story(clock="09:00"))
    see(B, story(clock="10:00"))
    assert versions(db) == [1]


def test_moved_and_edited_at_once_with_the_target_read_by_a_later_run(
    db: Database, run: Run, see: Callable[..., object], shoot: Shoot
) -> None:
    see(A, story())
    see(A, status=301, final_url=B)  # and here the process was killed
    later = start_run(db, run.outlet, {}, NOON)
    ingest(db, later, shoot(B, story("Cầu mới qua sông Con"), hours=9))
    assert versions(db) == [2]
    assert lookup.find_article(db, A).url == B


def test_the_views_show_no_edit_the_paper_did_not_make(db: Database, see: Callable[..., object]) -> None:
    see(A, story(), encoding="utf-8")
    see(A, story().replace("212 mét", "221 mét"))
    (guard,) = db.execute("SELECT sql FROM sqlite_master WHERE name = 'texts_update_refused'").fetchone()
    db.execute("DROP TRIGGER texts_update_refused")
    db.execute("UPDATE texts SET headline = headline || ' - Báo Thử'")
    db.execute("UPDATE versions SET headline = headline || ' - Báo Thử'")
    db.execute("UPDATE extractors SET name = 'an older one'")
    db.execute(guard)
    see(A, story(clock="09:00").replace("212 mét", "222 mét"))
    told = db.execute("SELECT number, changed, old_headline = new_headline FROM edits ORDER BY number").fetchall()
    assert told == [(2, "body", 1), (3, "body", 1)]


def test_software_can_be_rolled_back(db: Database, see: Callable[..., object]) -> None:
    see(A, story())
    (name,) = db.execute("SELECT name FROM extractors").fetchone()
    db.execute("UPDATE extractors SET name = 'newer'")
    see(A, story(clock="09:00"))
    db.execute("UPDATE extractors SET name = 'x' WHERE name = ?", [name])
    db.execute("UPDATE extractors SET name = ? WHERE name = 'newer'", [name])
    see(A, story(clock="10:00"))
    assert versions(db) == [1]


ERROR_PAGE = (
    "<html><head><title>404 - Không tìm thấy trang</title></head><body><h1>Không tìm thấy trang</h1></body></html>"
)
LIST_PAGE = "<html><head><title>Thời sự</title></head><body><h1>Thời sự</h1>{}</body></html>".format(
    "".join(
        f'<div><h3><a href="/tin-{n}.htm">Tin thứ {n} trong ngày của tỉnh ta hôm nay</a></h3></div>' for n in range(30)
    )
)


def gone(db: Database, address: str = A) -> str | None:
    return lookup.find_article(db, address).gone_reason


def test_an_error_page_seen_twice_does_not_bring_an_article_back(db: Database, see: Callable[..., object]) -> None:
    see(A, story())
    see(A, ERROR_PAGE)
    see(A, ERROR_PAGE)
    assert gone(db) is None
    see(A, ERROR_PAGE, 24)
    assert gone(db) == "the page became: soft-404"
    assert lookup.find_article(db, A).last_seen_at == "2026-05-20T12:00:00Z"


def test_a_redirect_to_an_unchanged_list_buries(db: Database, see: Callable[..., object]) -> None:
    see(C, LIST_PAGE)
    see(A, story())
    see(A, status=302, final_url=C)
    see(C, LIST_PAGE, via=(A,))
    see(A, status=302, final_url=C, hours=24)
    assert gone(db) is None
    see(C, LIST_PAGE, via=(A,), hours=24)
    assert gone(db) == f"redirected to {C}, which is no article"


def test_so_does_one_to_a_list_already_fetched_in_this_run(db: Database, run: Run, see: Callable[..., object]) -> None:
    see(C, LIST_PAGE)
    see(A, story())
    see(A, status=302, final_url=C)
    assert url_queue.captured_in_run(db, run, C)
    assert not note_redirect(db, run, [A], C, NOON)
    see(A, status=302, final_url=C, hours=24)
    assert note_redirect(db, run, [A], C, NOON)
    assert gone(db) == f"redirected to {C}, which is no article"


@pytest.mark.parametrize("end", [{"status": 404}, {"status": 302, "final_url": HOME}])
def test_a_redirect_that_ends_nowhere_buries(db: Database, see: Callable[..., object], end: dict[str, object]) -> None:
    see(A, story())
    see(A, status=302, final_url=HOME + "loi.aspx")
    for hours in (0, 24):
        see(HOME + "loi.aspx", via=(A,), hours=hours, **end)
    assert gone(db) is not None


def test_an_article_whose_canonical_address_was_never_fetched_can_be_gone(
    db: Database, see: Callable[..., object]
) -> None:
    see(A, story(canonical=B))
    see(A, status=404)
    assert gone(db) == "status 404"


def test_a_home_page_declared_everywhere_buries_and_revives_nobody(db: Database, see: Callable[..., object]) -> None:
    see(A, story(canonical=HOME))
    see(HOME, LIST_PAGE)
    assert gone(db) is None
    see(A, status=404)
    see(HOME, LIST_PAGE)
    assert gone(db) == "status 404"
    assert lookup.find_article(db, A).url == A


def test_there_and_back_again(db: Database, see: Callable[..., object]) -> None:
    see(A, story())
    see(A, status=301, final_url=B)
    see(B, story(clock="09:00"), via=(A,))
    see(B, status=301, final_url=A)
    see(A, story(clock="09:00"), via=(B,))
    assert lookup.find_article(db, B).url == A
    see(A, status=404)
    assert gone(db) == "status 404"


def test_an_address_that_always_leads_to_the_newest_buries_nobody(db: Database, see: Callable[..., object]) -> None:
    newest = HOME + "moi-nhat"
    for url, body in ((A, story()), (B, other())):
        see(newest, status=302, final_url=url)
        see(url, body, via=(newest,))
    assert [article.gone_reason for article in lookup.articles(db)] == [None, None]


def test_a_detour_over_a_wall_buries_nobody(db: Database, see: Callable[..., object]) -> None:
    see(A, story())
    see(A, status=302, final_url=A + "/")
    see(A + "/", "<html><head><title>Just a moment...</title></head><body><p>Checking</p></body></html>", via=(A,))
    assert gone(db) is None


def test_a_returned_article_has_not_moved(db: Database, see: Callable[..., object]) -> None:
    see(A, story())
    see(B, other())
    see(A, status=302, final_url=B)
    see(B, other().replace("08:00", "09:00"), via=(A,))
    assert db.table("articles").get(1)["moved_to_id"] == 2
    see(A, story())
    assert db.table("articles").get(1)["moved_to_id"] is None


def test_a_new_address_of_a_known_article_is_known(db: Database, see: Callable[..., object]) -> None:
    see(A, story())
    see(HOME + "r/1", status=301, final_url=A)
    see(A, story(), via=(HOME + "r/1",))
    assert lookup.find_article(db, HOME + "r/1").id == 1


def test_a_page_with_half_a_character_is_read_and_kept(db: Database, see: Callable[..., object]) -> None:
    script = '<head><script type="application/ld+json">{"@type":"NewsArticle","keywords":"tin \\ud83d","author":"Hà \\ude00"}</script>'
    see(A, story().replace("<head>", script))
    assert versions(db) == [1]
