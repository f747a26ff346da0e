"""What is an edit and what is printing. Every pair was thought out by hand."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest

from archive.history.edits import changed_fields, reading_digest
from archive.model.records import Image, Reading
from archive.text.equivalence import plain, plain_lines

HANOI = timezone(timedelta(hours=7))
CAU = Image("https://bao.vn/w660/cau.jpg", "Cầu ngày thông xe", "Hà Thu")
CHO = Image("https://bao.vn/w660/cho.jpg", "Chợ phiên", "Văn Hải")
OLD = Reading(
    "article",
    "Cầu mới",
    lead="Sáng nay thông xe.",
    text="Cầu dài 212 mét.\n\nĐường ngập.",
    images=(CAU, CHO),
    authors=("Hà Thu", "Văn Hải"),
    published_at=datetime(2026, 5, 20, 8, 15, tzinfo=HANOI),
    section="Thời sự",
    tags=("cầu",),
)

SAME = [
    ("Cầu mới", "  Cầu\u00a0 mới\n"),
    ("Ứng Hòa", "U\u031b\u0301ng Ho\u0300a"),
    ("Hà Nội", "Hà\u200b N\u00adội\ufeff"),
    ("Hà Nội", "\u200eHà\u2060 Nội\u202c"),
    ("“Cầu mới”, ông nói", '"Cầu mới", ông nói'),
    ("‘Cầu’ của dân", "'Cầu' của dân"),
    ("H’Mông", "H'Mông"),
    ("Hà Nội – Huế", "Hà Nội - Huế"),
    ("Hà Nội — Huế", "Hà Nội -- Huế"),
    ("2020–2025", "2020-2025"),
    ("Cầu mới .", "Cầu mới."),
    ("Cầu ( mới )", "Cầu (mới)"),
    ("xã A,xã B", "xã A, xã B"),
    ("Chờ đợi…", "Chờ đợi..."),
    ("Chờ đợi. . .", "Chờ đợi…"),
    ("- - -", "—"),
    ("ofﬁce", "office"),
    ("ＶＮＡ　１０", "VNA 10"),
    ("Ðảng bộ", "Đảng bộ"),
]
DIFFERENT = [
    ("Cầu mới", "Cầu Mới"),
    ("nhà máy", "nhàmáy"),
    ("1,5 tỷ", "1, 5 tỷ"),
    ("10²", "102"),
    ("hoà", "hòa"),
    ("“Cầu” mới", "Cầu mới"),
    ("Hà Nội - Huế", "Hà Nội Huế"),
    ("Cầu mới.", "Cầu mới"),
    ("Cầu mới?", "Cầu mới!"),
    ("Cầu dài 212 mét", "Cầu dài 221 mét"),
    ("đường", "dường"),
    ("5.000", "5,000"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_another_print_is_no_edit(one: str, other: str) -> None:
    assert plain(one) == plain(other)
    assert changed_fields(replace(OLD, headline=one), replace(OLD, headline=other)) == ()


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_another_wording_is_an_edit(one: str, other: str) -> None:
    assert changed_fields(replace(OLD, headline=one), replace(OLD, headline=other)) == ("headline",)


EDITS = [
    ({"lead": None}, ("lead",)),
    ({"text": "Cầu dài 221 mét.\n\nĐường ngập."}, ("body",)),
    ({"text": "Đường ngập.\n\nCầu dài 212 mét."}, ("body",)),
    ({"text": "Cầu dài 212 mét. Đường ngập."}, ("body",)),
    ({"images": (CHO, CAU)}, ("pictures",)),
    ({"images": (CAU,)}, ("pictures",)),
    ({"images": (CAU, replace(CHO, url="https://bao.vn/w660/lua.jpg"))}, ("pictures",)),
    ({"images": (replace(CAU, caption="Cầu đêm"), CHO)}, ("captions",)),
    ({"images": (CAU, replace(CHO, credit=None))}, ("credits",)),
    ({"images": (CHO, replace(CAU, credit="Hà Thư"))}, ("pictures", "credits")),
    ({"authors": ("Văn Hải", "Hà Thu")}, ("byline",)),
    ({"published_at": datetime(2026, 5, 20, 9, 15, tzinfo=HANOI)}, ("published_at",)),
    ({"published_at": None}, ("published_at",)),
]
NO_EDITS = [
    {"section": "Xã hội", "tags": ("đường",)},
    {"text": "Cầu dài 212 mét.\nĐường ngập.\n\n \u200b\n"},
    {"images": (replace(CAU, url="https://cdn2.bao.vn/w1200/cau.webp?v=9", alt="x", caption_raw="x"), CHO)},
    {"published_at": datetime(2026, 5, 20, 1, 15, tzinfo=UTC)},
    {"published_at": datetime(2026, 5, 20, 8, 15, 0, 900, tzinfo=HANOI)},
    {"authors": (), "byline": "Hà Thu, Văn Hải"},
    {"byline": "Hà Thu – Văn Hải"},  # the authors are known
    {"modified_at": datetime(2026, 5, 20, 9, tzinfo=HANOI)},
]


@pytest.mark.parametrize(("fields", "changed"), EDITS, ids=str)
def test_what_was_edited_is_named(fields: dict[str, object], changed: tuple[str, ...]) -> None:
    new = replace(OLD, **fields)  # type: ignore[arg-type]  # each case names fields of Reading
    assert changed_fields(OLD, new) == changed
    assert changed_fields(new, OLD) == changed


@pytest.mark.parametrize("fields", NO_EDITS, ids=str)
def test_what_the_newspaper_did_not_write_is_no_edit(fields: dict[str, object]) -> None:
    assert changed_fields(OLD, replace(OLD, **fields)) == ()  # type: ignore[arg-type]  # as above


def test_the_digest_rule_never_changes() -> None:
    """Archives hold digests made by it: this one was computed with the first release."""
    assert reading_digest(OLD) == "sha256:365dfe72e75b7241d4d15608258ccea6b6698e85fdcd8a173f6fc53dd04b95fb"


def test_spaces_of_any_kind_are_one_in_the_digest() -> None:
    chance = random.Random(5)
    for _ in range(2_000):
        text = "".join(
            chance.choice("aộ.\n \t\r\x0b\x1c\x85\xa0\u2003\u2028\u3000\u200b") for _ in range(chance.randrange(9))
        )
        plain = "\n".join(line for part in text.splitlines() if (line := " ".join(part.split())))
        assert reading_digest(replace(OLD, text=text)) == reading_digest(replace(OLD, text=plain)), text


def test_the_digest_of_two_prints_may_differ() -> None:
    """So that nobody finds edits by digest."""
    assert reading_digest(replace(OLD, headline="Cầu “mới”")) != reading_digest(replace(OLD, headline='Cầu "mới"'))
    assert reading_digest(replace(OLD, headline="Cầu  mới")) == reading_digest(OLD)


def test_the_digest_of_a_reading_does_not_depend_on_what_was_asked_before() -> None:
    greenwich = replace(OLD, published_at=datetime(2026, 5, 20, 1, 15, tzinfo=UTC))
    assert greenwich == OLD
    assert reading_digest(greenwich) != reading_digest(OLD)


@pytest.mark.parametrize("letter", "09AZazÀÖØöøɏẠỹđƠưЖω界ก")
def test_a_letter_is_part_of_its_word(letter: str) -> None:
    assert plain_lines(f"a{letter}b") == (f"a{letter}b",)


@pytest.mark.parametrize("mark", "!/:@[`{~¡¿×÷€→")
def test_a_mark_stands_alone(mark: str) -> None:
    """Multiplication and division signs lie between the accented letters."""
    assert plain_lines(f"a{mark}b") == (f"a {mark if mark != '`' else chr(39)} b",)
