"""Histories as they happen to newspapers: copies, detours, bad days and redesigns, each with what is right, in a line an
article: its primary URL | since when which fields changed, in hours | whether it lives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from archive.history import Article, OutletEvidence, versions_of
from archive.model.records import Reading
from tests.history.fact_builder import NOON, PUBLISHED, SITE, Facts, picture, story, verdicts, wrong

HOME = f"{SITE}/a"
PICTURES = (picture("cau"),)
FULL, POOR = story(images=PICTURES, canonical_url=HOME), story(canonical_url=HOME)
TWIN = story(images=PICTURES)
SHORT = replace(POOR, text=POOR.text.partition("\n\n")[0])
ONCE, GONE = OutletEvidence(at_once=True), OutletEvidence(many_gone=True)


def full(edit: str) -> Reading:
    return story(edit=edit, images=PICTURES, canonical_url=HOME)


def poor(edit: str) -> Reading:
    return story(edit=edit, canonical_url=HOME)


def report(headline: str, *posts: str) -> Reading:
    """What a rolling live report says: each time other posts under another headline, beside the same picture."""
    return story(headline=headline, text="\n\n".join(posts), images=PICTURES, canonical_url=HOME)


LIVE = (
    report("TRỰC TIẾP: Lũ lên", "06:00 Mở đầu.", "06:10 Sông đang lên.", "06:20 Dân bắt đầu sơ tán."),
    report("TRỰC TIẾP: Vượt báo động hai", "12:00 Nước đã vượt báo động.", "12:10 Bốn trăm hộ đã đi.", "12:30 Mở trường."),
    report("Nước rút ở Bến Đá", "18:00 Nước rút chậm.", "18:20 Điện có lại ở ba xã.", "18:40 Không ai bị thương."),
)  # fmt: skip
COPY = tuple(replace(one, images=()) for one in LIVE)
STUB = story(headline="Tin nóng: Cập nhật", text="Chúng tôi đang cập nhật tin này.", canonical_url=HOME)


def photos(day: int) -> Reading:
    """A column of photographs: one headline, no text, other pictures and another date each time."""
    moment = PUBLISHED.replace(day=day)
    return Reading(
        "article", "Ảnh trong ngày", images=(picture(f"n{day}"),), published_at=moment, canonical_url=f"{SITE}/cot"
    )


LIST = f"{SITE}/thoi-su"


HOTLINE = "Đường dây nóng của Báo Thử: 0211 123 456."
STUBBED = replace(TWIN, text=TWIN.text.partition("\n\n")[0], flags=("paywalled",))
CAPTIONED = replace(PICTURES[0], caption="Cầu mới nhìn từ bờ bắc.")
ENGLISH = replace(
    TWIN, headline="The river won’t wait", text="“Not yet,” said the mayor’s office.\n\nThe Café Loire stays closed."
)


def mojibake(reading: Reading) -> Reading:
    """What a browser shows that takes UTF-8 for Latin-1."""
    return _with_letters(reading, lambda text: text.encode().decode("latin-1"))


def question_marks(reading: Reading) -> Reading:
    """What a database shows that knows ASCII only."""
    return _with_letters(reading, lambda text: text.encode("ascii", "replace").decode())


def _with_letters(reading: Reading, change: Callable[[str], str]) -> Reading:
    return replace(reading, headline=change(reading.headline), text=change(reading.text))


HISTORIES: dict[str, tuple[Facts, list[str]]] = {
    "for a day the site sends us to a copy for phones": (
        Facts().page("a", FULL, 0).hop("a", "m/a", 24).page("m/a", POOR, 24, via=("a",)).page("a", FULL, 48),
        ["a | 0 | lives"],
    ),
    "and for good, with an edit, and one that takes a paragraph away": (
        Facts().page("a", full("Thêm."), 0).hop("a", "m/a", 24).page("m/a", poor("Thêm."), 24, via=("a",))
        .page("m/a", poor("Thêm."), 48, via=("a",)).page("m/a", poor("Thêm.\n\nNữa."), 72, via=("a",))
        .page("m/a", poor("Nữa."), 96, via=("a",)), ["m/a | 0 72:body 96:body | lives"],
    ),
    "and to one that is cut short": (
        Facts().page("a", FULL, 0).hop("a", "amp/a", 24).page("amp/a", SHORT, 24, via=("a",)).page("a", FULL, 48),
        ["a | 0 | lives"],
    ),
    "a copy is first met while its page fails": (
        Facts().page("a", FULL, 0).error("a", 24).page("amp/a", POOR, 24.1).page("a", FULL, 48), ["a | 0 | lives"],
    ),
    "a copy kept in a cache is first met while its edited page fails": (
        Facts().page("a", FULL, 0).page("a", full("Thêm."), 24).error("a", 48).page("amp/a", POOR, 48.1)
        .page("a", full("Thêm."), 72), ["a | 0 24:body | lives"],
    ),
    "a live report with a copy that lags": (
        Facts().page("a", LIVE[0], 0).page("amp/a", COPY[0], 0.1).page("a", LIVE[1], 6).page("amp/a", COPY[0], 6.1)
        .page("a", LIVE[2], 12).page("amp/a", COPY[1], 12.1), ["a | 0 6:headline,body 12:headline,body | lives"],
    ),
    "and with one that is asked first": (
        Facts().page("a", LIVE[0], 0).page("amp/a", COPY[0], 0.1).page("amp/a", COPY[1], 6).page("a", LIVE[1], 6.1)
        .page("amp/a", COPY[2], 12).page("a", LIVE[2], 12.1), ["a | 0 6.1:headline,body 12.1:headline,body | lives"],
    ),
    "a rewriting at two sections' addresses": (
        Facts().page("a", TWIN, 0).page("b", TWIN, 0.1).page("b", story("lũ", images=PICTURES), 24)
        .page("a", story("lũ", images=PICTURES), 24.1), ["b | 0 24:headline,body | lives"],
    ),
    "a rewriting with nothing in common, at a page and its copy": (
        Facts().page("a", FULL, 0).page("amp/a", POOR, 0.1).page("a", story("lũ", canonical_url=HOME), 24)
        .page("amp/a", story("lũ", canonical_url=HOME), 24.1).page("a", story("lũ", canonical_url=HOME), 48),
        ["a | 0 24:headline,body,pictures | lives"],
    ),
    "a stub and its copy grow into an article": (
        Facts().page("a", STUB, 0).page("amp/a", STUB, 0.1).page("a", FULL, 1).page("amp/a", POOR, 1.1)
        .page("a", FULL, 24).page("amp/a", POOR, 24.1), ["a | 0 1:headline,body,pictures | lives"],
    ),
    "a twin that lags behind a rewriting": (
        Facts().page("a", TWIN, 0).page("b", TWIN, 0.1).page("a", story("lũ", images=PICTURES), 24).page("b", TWIN, 24.1)
        .page("a", story("lũ", images=PICTURES), 48).page("b", TWIN, 48.1).page("b", story("lũ", images=PICTURES), 72),
        ["a | 0 24:headline,body | lives"],
    ),
    "copies of a cache alternate old and new text for a week": (
        Facts().page("a", FULL, 0).page("a", full("Thêm."), 24).page("a", FULL, 48).page("a", full("Thêm."), 72)
        .page("a", FULL, 96).page("a", full("Thêm."), 120).page("a", FULL, 144), ["a | 0 24:body | lives"],
    ),
    "and for an hour, until it settles": (
        Facts().page("a", FULL, 0).page("a", full("Thêm."), 24).page("a", FULL, 24.5).page("a", full("Thêm."), 25)
        .page("a", full("Thêm."), 48).page("a", full("Nữa."), 72), ["a | 0 24:body 72:body | lives"],
    ),
    "moved twice and back": (
        Facts().page("a", FULL, 0).hop("a", "b", 24).page("b", FULL, 24, via=("a",)).hop("b", "c", 48)
        .page("c", FULL, 48, via=("b",)).hop("b", "a", 72).hop("c", "a", 72).page("a", FULL, 72, via=("b", "c")),
        ["a | 0 | lives"],
    ),
    "moved, back with an edit, and there again": (
        Facts().page("a", TWIN, 0).hop("a", "b", 24).page("b", TWIN, 24, via=("a",)).hop("b", "a", 48)
        .page("a", story(edit="Thêm.", images=PICTURES), 48, via=("b",)).hop("a", "b", 72)
        .page("b", story(edit="Thêm.", images=PICTURES), 72, via=("a",)), ["b | 0 48:body | lives"],
    ),
    "with and without a slash, and one of them is stale for ever": (
        Facts().page("a", TWIN, 0).page("a/", TWIN, 0.1).page("a/", story(edit="Thêm.", images=PICTURES), 24)
        .page("a", TWIN, 24.1).page("a/", story(edit="Thêm.", images=PICTURES), 48).page("a", TWIN, 48.1),
        ["a/ | 0 24:body | lives"],
    ),
    "another article's text now and then": (
        Facts().page("a", TWIN, 0).page("a", story("chè"), 24).page("a", TWIN, 25).page("a", story("chè"), 48)
        .page("a", TWIN, 49), ["a | 0 | lives"],
    ),
    "an error page at a twin, once": (
        Facts().page("a", story(), 0).page("b", story(), 0.1).page("b", wrong(), 24).page("a", story(), 48)
        .page("b", story(), 48.1), ["a | 0 | lives"],
    ),
    "a twin's address is given to another article": (
        Facts().page("a", story(), 0).page("b", story(), 0.1).page("b", story("chè"), 24).page("a", story(), 24.1)
        .page("b", story("chè"), 48), ["a | 0 | lives", "b | 24 | lives"],
    ),
    "a page about the move at an address that redirects else": (
        Facts().page("a", story(), 0).hop("a", "b", 24).page("b", story(), 24, via=("a",))
        .page("a", wrong("Bài đã chuyển. Bấm vào đây."), 48).page("b", story(), 48.1), ["b | 0 | lives"],
    ),
    "maintenance behind a redirect": (
        Facts().page("a", story(), 0).page("b", story("chè"), 0.1).hop("a", "bao-tri", 24)
        .page("bao-tri", wrong(), 24, via=("a",)).hop("b", "bao-tri", 24.1).page("a", story(), 48)
        .page("b", story("chè"), 48.1), ["a | 0 | lives", "b | 0.1 | lives"],
    ),
    "a redirect to the list that the page calls canonical": (
        Facts().page("thoi-su", "listing", 0).page("a", story(canonical_url=LIST), 1).page("thoi-su", "listing", 24)
        .hop("a", "thoi-su", 24.5).hop("a", "thoi-su", 48), ["a | 1 | gone 24.5"],
    ),
    "and of the second article that calls it so": (
        Facts().page("thoi-su", "listing", 0).page("a", story(canonical_url=LIST), 1)
        .page("b", story("chè", canonical_url=LIST), 2).page("thoi-su", "listing", 24).hop("b", "thoi-su", 24.5).hop("b", "thoi-su", 48),
        ["a | 1 | lives", "b | 2 | gone 24.5"],
    ),
    "a redirect to an address that is dead": (
        Facts().page("a", story(), 0).page("b", story(), 0.1).gone("b", 24).hop("a", "b", 24.1), ["a | 0 | gone 24.1"],
    ),
    "a redirect to an address that never was an article's, and is dead": (
        Facts().page("a", story(), 0).gone("loi", 10).hop("a", "loi", 24), ["a | 0 | gone 24"],
    ),
    "two redirects to an address that is dead, requested for the first of them": (
        Facts().page("a", story(), 0).page("b", story("chè"), 0.1).hop("a", "loi", 24).hop("b", "loi", 24.1)
        .gone("loi", 24.2), ["a | 0 | gone 24.2", "b | 0.1 | gone 24.2"],
    ),
    "the same at once, and requested again before they are back": (
        Facts().page("a", story(), 0).page("b", story("chè"), 0.1).hop("a", "loi", 24).hop("b", "loi", 24.1)
        .gone("loi", 24.2, GONE).gone("loi", 48).page("a", story(), 48.1).page("b", story("chè"), 48.2),
        ["a | 0 | lives", "b | 0.1 | lives"],
    ),
    "the same with a mark of its reader, edited before it is met": (
        Facts().page("tin/cau-moi-qua-song?ref=1", story(), 0)
        .page("tin/cau-moi-qua-song?ref=2", story(edit="Thêm."), 24)
        .page("tin/cau-moi-qua-song?ref=1", story(edit="Thêm."), 24.1),
        ["tin/cau-moi-qua-song?ref=1 | 0 24.1:body | lives"],
    ),
    "two articles that a query tells apart": (
        Facts().page("doc-bao-hom-nay?id=1", story(), 0).page("doc-bao-hom-nay?id=2", story("chè"), 0.1)
        .page("doc-bao-hom-nay?id=1", story(edit="Thêm."), 24),
        ["doc-bao-hom-nay?id=1 | 0 24:body | lives", "doc-bao-hom-nay?id=2 | 0.1 | lives"],
    ),
    "a day behind a wall": (
        Facts().page("a", TWIN, 0).page("a", STUBBED, 24).page("a", TWIN, 48), ["a | 0 | lives"],
    ),
    "a template without text, of an article that had another headline": (
        Facts().page("a", story(headline="Cầu mới"), 0).page("a", story(), 24).page("a", story(text="Bạn đọc quan tâm"), 48)
        .page("a", story(), 72), ["a | 0 24:headline | lives"],
    ),
    "another article's text for a day, under a line that the site prints in both": (
        Facts().page("a", story(edit=HOTLINE), 0).page("a", story("chè", HOTLINE, published_at=PUBLISHED.replace(day=17)), 24)
        .page("a", story(edit=HOTLINE), 48), ["a | 0 | lives"],
    ),
    "a day without pictures": (
        Facts().page("a", TWIN, 0).page("a", replace(TWIN, images=()), 24).page("a", TWIN, 48), ["a | 0 | lives"],
    ),
    "without pictures for good": (
        Facts().page("a", TWIN, 0).page("a", replace(TWIN, images=()), 24).page("a", replace(TWIN, images=()), 48),
        ["a | 0 24:pictures | lives"],
    ),
    "behind a wall for good": (
        Facts().page("a", TWIN, 0).page("a", STUBBED, 24).page("a", STUBBED, 48), ["a | 0 | lives"],
    ),
    "edited after a day behind a wall": (
        Facts().page("a", TWIN, 0).page("a", STUBBED, 24).page("a", replace(TWIN, images=(CAPTIONED,)), 48),
        ["a | 0 48:captions | lives"],
    ),
    "edited on a day behind a wall": (
        Facts().page("a", TWIN, 0).page("a", replace(STUBBED, headline="Cầu mới qua sông Con"), 24)
        .page("a", replace(TWIN, headline="Cầu mới qua sông Con"), 48), ["a | 0 48:headline | lives"],
    ),
    "the wall falls": (
        Facts().page("a", STUBBED, 0).page("a", TWIN, 24), ["a | 24 | lives"],
    ),
    "a wall by turns, and an edit": (
        Facts().page("a", STUBBED, 0).page("a", TWIN, 24).page("a", STUBBED, 48).page("a", TWIN, 72)
        .page("a", story(edit="Thêm.", images=PICTURES), 96), ["a | 24 96:body | lives"],
    ),
    "a text that grows by more than a wall hid": (
        Facts().page("a", STUBBED, 0).page("a", replace(TWIN, headline="Cầu mới"), 24), ["a | 0 24:headline,body | lives"],
    ),
    "without pictures by turns": (
        Facts().page("a", story(), 0).page("a", TWIN, 24).page("a", story(), 48).page("a", TWIN, 72).page("a", story(), 96)
        .page("a", story(edit="Thêm.", images=PICTURES), 120), ["a | 24 120:body | lives"],
    ),
    "a picture and an author come, and go for good": (
        Facts().page("a", story(), 0).page("a", replace(TWIN, authors=("Hà Thu",)), 24).page("a", story(), 48)
        .page("a", story(), 72), ["a | 0 24:pictures,byline 48:pictures,byline | lives"],
    ),
    "a picture comes in the place of another for two days": (
        Facts().page("a", TWIN, 0).page("a", replace(TWIN, images=(picture("de"),)), 24).page("a", TWIN, 72),
        ["a | 0 24:pictures 72:pictures | lives"],
    ),
    "a day in another charset": (
        Facts().page("a", TWIN, 0).page("a", mojibake(TWIN), 24).page("a", TWIN, 48), ["a | 0 | lives"],
    ),
    "a day of question marks": (
        Facts().page("a", TWIN, 0).page("a", question_marks(TWIN), 24).page("a", TWIN, 48), ["a | 0 | lives"],
    ),
    "a day in another charset, on which it is edited": (
        Facts().page("a", TWIN, 0).page("a", mojibake(story(edit="Cầu mở cửa.", images=PICTURES)), 24)
        .page("a", story(edit="Cầu mở cửa.", images=PICTURES), 48), ["a | 0 48:body | lives"],
    ),
    "a day in another charset of a page whose only other letters are quotation marks": (
        Facts().page("a", ENGLISH, 0).page("a", _with_letters(ENGLISH, lambda text: text.encode().decode("cp1252", "replace")), 24)
        .page("a", ENGLISH, 48), ["a | 0 | lives"],
    ),
    "an editor puts marks of quotation": (
        Facts().page("a", ENGLISH, 0).page("a", replace(ENGLISH, text=ENGLISH.text.replace("Café Loire", "«Café Loire»")), 24),
        ["a | 0 24:body | lives"],
    ),
    "another charset that stays": (
        Facts().page("a", TWIN, 0).page("a", mojibake(TWIN), 24).page("a", mojibake(TWIN), 48),
        ["a | 0 24:headline,body | lives"],
    ),
    "an accent that an editor corrects": (
        Facts().page("a", story(edit="Nhân dân thủy chung."), 0).page("a", story(edit="Nhân dân thuỷ chung."), 24),
        ["a | 0 24:body | lives"],
    ),
    "two days of a column of photographs": (
        Facts().page("1", photos(18), 0).page("2", photos(19), 24).page("1", photos(18), 24.1).page("2", photos(19), 48),
        ["1 | 0 | lives", "2 | 24 | lives"],
    ),
    "a redesign, and the day after a move": (
        Facts().page("a", story(), 0).page("a", story(edit="Tải ứng dụng."), 24, signs=ONCE).hop("a", "b", 48)
        .page("b", story(edit="Tải ứng dụng."), 48, via=("a",)), ["b | 0 24:body | lives"],
    ),
    "a redesign of a page and its copy": (
        Facts().page("a", FULL, 0).page("amp/a", POOR, 0.1).page("a", full("Tải ứng dụng."), 24, signs=ONCE)
        .page("amp/a", poor("Tải ứng dụng."), 24.1, signs=ONCE).page("a", full("Tải ứng dụng."), 48)
        .page("amp/a", poor("Tải ứng dụng."), 48.1), ["a | 0 24:body | lives"],
    ),
    "half a page, and a 304 for the whole one": (
        Facts().page("a", story(), 0).page("a", SHORT, 24, signs=OutletEvidence(cut=True)).same("a", 48).page("a", story(), 72),
        ["a | 0 | lives"],
    ),
    "two looks at one upheaval": (
        Facts().page("a", story(), 0).page("a", story(edit="Bảo trì tối nay."), 24, signs=ONCE)
        .page("a", story(edit="Bảo trì tối nay."), 24.2, signs=ONCE).page("a", story(), 48), ["a | 0 | lives"],
    ),
    "two looks at one outage": (
        Facts().page("a", story(), 0).gone("a", 24, GONE).gone("a", 24.2, GONE).page("a", story(), 25), ["a | 0 | lives"],
    ),
    "a paper that no longer prints dates rewrites an article": (
        Facts().page("a", story(), 0).page("a", story(published_at=None), 24).page("a", story("lũ", published_at=None), 48)
        .page("a", story("lũ", published_at=None), 72), ["a | 0 24:published_at 48:headline,body | lives"],
    ),
    "two articles exchange their addresses": (
        Facts().page("a", story(), 0).page("b", story("chè"), 0.1).page("a", story("chè"), 24).page("b", story(), 24.1)
        .page("a", story("chè"), 48).page("b", story(), 48.1).page("a", story("chè", "Giá lại hạ."), 72),
        ["b | 0 | lives", "a | 0.1 72:body | lives"],
    ),
    "for one day": (
        Facts().page("a", story(), 0).page("b", story("chè"), 0.1).page("a", story("chè"), 24).page("b", story(), 24.1)
        .page("a", story(), 48).page("b", story("chè"), 48.1), ["a | 0 | lives", "b | 0.1 | lives"],
    ),
    "three addresses move on by one": (
        Facts().page("a", story(), 0).page("b", story("chè"), 0.1).page("c", story("lũ"), 0.2)
        .page("a", story("chè"), 24).page("b", story("lũ"), 24.1).page("c", story(), 24.2)
        .page("a", story("chè"), 48).page("b", story("lũ"), 48.1).page("c", story(edit="Thêm."), 48.2),
        ["c | 0 48.2:body | lives", "a | 0.1 | lives", "b | 0.2 | lives"],
    ),
    "a paper gives its articles other numbers": (
        Facts().page("1", story(), 0).page("2", story("chè"), 0.1).page("1", story("chè"), 24).page("3", story(), 24.1)
        .page("2", story("lũ"), 24.2).page("1", story("chè"), 48).page("2", story("lũ"), 48.1).page("3", story(), 48.2),
        ["3 | 0 | lives", "1 | 0.1 | lives", "2 | 24.2 | lives"],
    ),
    "a list looks like an article for a day": (
        Facts().page("muc", "listing", 0).page("muc", story("lũ"), 24).page("muc", "listing", 48), [],
    ),
    "and becomes one, edited at the second look": (
        Facts().page("muc", "listing", 0).page("muc", story("lũ"), 24).page("muc", story("lũ", "Nước rút."), 48),
        ["muc | 24 48:body | lives"],
    ),
}  # fmt: skip


def hours(moment: datetime) -> str:
    return f"{(moment - NOON) / timedelta(hours=1):g}"


def line(article: Article) -> str:
    versions = [
        ":".join((hours(one.first_seen), ",".join(one.changed))).rstrip(":") for one in versions_of(article).all
    ]
    assert all(stone.returned_at is None for stone in article.tombstones)
    end = f"gone {hours(article.tombstones[-1].gone_at)}" if article.is_gone else "lives"
    return f"{article.primary.partition('/')[2]} | {' '.join(versions)} | {end}"


@pytest.mark.parametrize("name", HISTORIES)
def test_a_history_of_the_open_web(name: str) -> None:
    facts, right = HISTORIES[name]
    history = facts.history
    assert [line(article) for article in history.articles] == right
    assert all(one.state_index is not None or one.why for one in history.verdicts)


def test_what_was_doubted_at_an_address_that_moved_is_the_state_it_showed() -> None:
    facts, _ = HISTORIES["a redesign, and the day after a move"]
    assert verdicts(facts, "a") == [(0, ""), (1, "")]
    assert verdicts(facts, "b") == [(1, "")]
