"""Bylines as persons: what a reader would say who wrote it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archive.extract.bylines import MOST_AUTHORS, authors_of, is_agency, is_person_like

BYLINES = [
    ("Dương Hà", ["Dương Hà"]),
    ("Theo Hồ Hương", ["Hồ Hương"]),
    ("Theo TTXVN", ["TTXVN"]),
    ("[王小明，日报]", ["王小明", "日报"]),
    ("Theo James", ["Theo James"]),  # a first name elsewhere
    ("Hà Thu (tổng hợp)", ["Hà Thu"]),
    ("Lê Tuyết (thực hiện)", ["Lê Tuyết"]),
    ("Bài và ảnh: Minh Chiến", ["Minh Chiến"]),
    ("Bài, ảnh: Minh Chiến - Ngọc Lan", ["Minh Chiến", "Ngọc Lan"]),
    ("Tin, ảnh: Thanh Nga", ["Thanh Nga"]),
    ("Tin, bài: Thanh Nga", ["Thanh Nga"]),
    ("NHẬT XUÂN;NGHI VŨ", ["NHẬT XUÂN", "NGHI VŨ"]),
    ("Minh Chiến, Ngọc Lan và Hải Anh", ["Minh Chiến", "Ngọc Lan", "Hải Anh"]),
    ("Tâm HằngTTXVN", ["Tâm Hằng"]),
    ("Tâm Hằng (TTXVN)", ["Tâm Hằng"]),
    ("Tác giả: Hải Yến", ["Hải Yến"]),
    ("Thái", ["Thái"]),  # pen names of one word are names
    ("Bút Chì", ["Bút Chì"]),
    ("Nhóm PV: Thái Sơn, Thu Trang", ["Thái Sơn", "Thu Trang"]),
    ("ThS. Nguyễn Văn An", ["Nguyễn Văn An"]),
    ("PGS.TS Nguyễn Văn An", ["Nguyễn Văn An"]),
    ("Thiếu tá Nguyễn Văn An", ["Nguyễn Văn An"]),
    ("CTV Hà Thu", ["Hà Thu"]),
    ("Lược dịch: Hà Thu", ["Hà Thu"]),
    ("Hà Thu Ban Tuyên giáo Tỉnh ủy", ["Hà Thu"]),
    ("Trần Thị Ban Mai", ["Trần Thị Ban Mai"]),
    ("Thu Trang thutrang@baodiaphuong.vn", ["Thu Trang"]),
    ("By Shawn Pogatchnik", ["Shawn Pogatchnik"]),
    ("By ANN LEE, BOB RAY and AMELIA THOMSON-DEVEAUX", ["ANN LEE", "BOB RAY", "AMELIA THOMSON-DEVEAUX"]),
    ("Von Till Eckert, Max Bernhard und Martin Murphy", ["Till Eckert", "Max Bernhard", "Martin Murphy"]),
    ("Von Anna Weber, Lille", ["Anna Weber"]),  # where she wrote it
    ("By Ann Lee in Washington and Bo Chan in Hong Kong", ["Ann Lee", "Bo Chan"]),
    ("Anna Weber aus Kiew", ["Anna Weber"]),
    ("Par Jean Dupont à Lyon", ["Jean Dupont"]),
    ("Par Jean Dupont, Marie Durand Envoyés spéciaux à Lyon", ["Jean Dupont", "Marie Durand"]),
    ("Sophie in 't Veld", ["Sophie in 't Veld"]),
    ("By Ann Lee, in Business, Europe", ["Ann Lee"]),
    ("By Ann Lee, in Paris, and Bo Chan", ["Ann Lee", "Bo Chan"]),
    ("Text: Anna Weber, Foto: Bo Chan", ["Anna Weber"]),
    ("Words by Ann Lee, photography by Bo Chan", ["Ann Lee"]),
    ("Reporting by Ann Lee; editing by Bo Chan", ["Ann Lee"]),
    ("By Ann Lee, Bo Chan", ["Ann Lee", "Bo Chan"]),
    ("Par Jean Dupont et Marie Durand", ["Jean Dupont", "Marie Durand"]),
    ("Julia Vergin | Clare Roth", ["Julia Vergin", "Clare Roth"]),
    ("Anna Lee & Bob Ray", ["Anna Lee", "Bob Ray"]),
    ("Tom Krisher, AP Auto Writer", ["Tom Krisher"]),
    ("Jane Doe, Political Correspondent", ["Jane Doe"]),
    ("By DANICA KIRKA and JILL LAWLESS Associated Press", ["DANICA KIRKA", "JILL LAWLESS"]),
    ("The Associated Press", ["The Associated Press"]),
    ("by Bryan DeArdo @BryanDeArdo", ["Bryan DeArdo"]),
    ("Mike Wuerthele and Malcolm Owen Monday, November 18", ["Mike Wuerthele", "Malcolm Owen"]),
    ("Jo Bloggs 12 March 2024", ["Jo Bloggs"]),
    ("Ярослав Кузишин, Антон Зелинский", ["Ярослав Кузишин", "Антон Зелинский"]),
    ("松岡大地", ["松岡大地"]),
    ("河报记者 李明明、王芳", ["李明明", "王芳"]),
    ("記者王小明／即時報導", ["王小明"]),
    ("文｜李明", ["李明"]),
    ("（资料来源：河报、江报）", []),
    ("【责任编辑：李明】", []),
    ("지방일보=선수민 기자", ["선수민"]),
    ("Ann Lee, PhD", ["Ann Lee"]),
    ("By Ann B. Lee CPP, PSP", ["Ann B. Lee"]),
    ("Ann Lee, M.D., and Bo Chan, RN", ["Ann Lee", "Bo Chan"]),
    ("Bo Chan, Jr. and Ann Lee", ["Bo Chan Jr", "Ann Lee"]),
    ("Ann Lee, AP", ["Ann Lee", "AP"]),
    ("Minh Chiến - H.A", ["Minh Chiến", "H.A"]),  # initials are a pen name
    ("MA", ["MA"]),
    ("Ann Lee, From The River Book", ["Ann Lee"]),
    ("From: Ann Lee", ["Ann Lee"]),
    ("Anne-Kathrin Neuberg-Vural", ["Anne-Kathrin Neuberg-Vural"]),
    ("https://www.facebook.com/baotuoitre", []),
    ("/tac-gia/duy-anh-0008IL.html", []),
    ("Bài: Minh Chiến - Ảnh: Ngọc Lan", ["Minh Chiến"]),  # who photographed did not write
    ("Ảnh: Ngọc Lan", []),
    ("Redaktion: Anna Weber und Bo Chan", []),  # who edited a broadcast
    ("Nguồn: Báo Nhân Dân", []),
    ("Phóng viên", []),
    ("", []),
    ("...", []),
]  # fmt: skip


@pytest.mark.parametrize(("line", "persons"), BYLINES, ids=[line for line, _ in BYLINES])
def test_authors(line: str, persons: list[str]) -> None:
    assert list(authors_of(line)) == persons


def test_a_name_twice_is_one_author() -> None:
    assert authors_of("Thu Trang; THU TRANG; Thu Trang") == ("Thu Trang",)


def test_names_are_nfc() -> None:
    assert authors_of("Tâm Hằng") == ("Tâm Hằng",)


@pytest.mark.parametrize("name", ["AFP", "AFP/TTXVN", "Reuters", "The Associated Press", "dpa"])
def test_agencies(name: str) -> None:
    assert is_agency(name)


@pytest.mark.parametrize("name", ["Thu Trang", "An", "Reuter"])
def test_persons_are_no_agencies(name: str) -> None:
    assert not is_agency(name)


@pytest.mark.parametrize(
    "text",
    [
        "Twitter",
        "Order Reprint →",
        "©TUTTI I DIRITTI",
        "Chia sẻ",
        "Điều gì đã xảy ra?",
        "“Wegovy”: so teuer",
        "and other people of the region around here",
    ],
)
def test_not_a_person(text: str) -> None:
    assert not is_person_like(text)


def test_floods_are_capped() -> None:
    assert (
        len(authors_of("; ".join(f"Người {chr(97 + n % 26)}{chr(97 + n // 26)}" for n in range(600)))) <= MOST_AUTHORS
    )


@given(st.text(max_size=700))
def test_any_text_gives_clean_names(line: str) -> None:
    for name in authors_of(line):
        assert name == " ".join(name.split())
        assert not any(ord(letter) < 32 for letter in name)
