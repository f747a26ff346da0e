"""The outlets' and families' rules: data that holds together, and reads the pages it was written for."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from lxml import etree

from archive import Reading, read_page
from archive.rules import rules_for
from archive.rules.xpath_rules import FAMILIES, OUTLETS, Rules
from tests.extract.imaginary_paper import CAPTION, CREDIT, HEADLINE, IMG, LEAD, PARAGRAPHS, PRINTED, URL, paragraphs

EVERY = (*FAMILIES, *(rules for _, own in OUTLETS.values() for rules in own))
FIELDS = ("body", "headline", "lead", "published", "byline", "section", "tags", "caption", "drop")


@pytest.mark.parametrize("rules", EVERY, ids=lambda rules: f"{rules.name}/{rules.version}")
def test_every_expression_is_an_xpath(rules: Rules) -> None:
    for field in FIELDS:
        for path in getattr(rules, field):
            etree.XPath(path)


@pytest.mark.parametrize("rules", EVERY, ids=lambda rules: f"{rules.name}/{rules.version}")
def test_expressions_inside_the_body_are_relative(rules: Rules) -> None:
    assert all(path.startswith((".", "(.")) for path in (*rules.caption, *rules.drop))


@pytest.mark.parametrize("rules", FAMILIES, ids=lambda rules: rules.name)
def test_every_family_has_marks(rules: Rules) -> None:
    assert rules.marks


def test_names_and_versions_are_given_once() -> None:
    names = [(rules.name, rules.version) for rules in EVERY]
    assert len(names) == len(set(names))


def test_rules_are_chosen_by_outlet_address_and_day() -> None:
    chosen = [
        rules_for("baophutho", URL, date(2020, 5, 1)),
        rules_for(None, "https://www.baophutho.vn/x-1.htm", date(2026, 5, 1)),
        rules_for(None, "https://baophutho.vn/x-1.htm"),
        rules_for(None, "https://elsewhere.vn/x-1.htm"),
    ]
    assert [[rules.version for rules in one] for one in chosen] == [[1], [2], [2, 1], []]


def _vinhphuc(lead: str = f"<p><strong>{LEAD}</strong></p>") -> str:
    picture = f'<p style="text-align:center">{IMG}</p><div class="articleimg_caption">{PRINTED}</div>'
    return (
        f"<html><head><title>{HEADLINE}</title></head><body><form id=Form><h1>{HEADLINE}</h1>"
        '<div class="padT4 padB10 titleDdtail f-11"><b>20/05/2024</b> 08:15</div>'
        f'<div class="content-about-baiviet">{lead}{paragraphs((2, picture))}</div>'
        "<h3>Phản hồi</h3><h3>Các tin khác</h3><ul><li><a href=/1>Tin khác về hội nghị tổng kết năm</a> (10/05/2024)</li></ul>"
        "</form></body></html>"
    )


def test_baovinhphuc_of_2019() -> None:
    reading = read_page(_vinhphuc(), "http://baovinhphuc.com.vn/x/12345", captured_at=datetime(2024, 5, 21, tzinfo=UTC))
    assert isinstance(reading, Reading)
    assert reading.lead == LEAD
    assert reading.text.split("\n\n") == list(PARAGRAPHS)
    assert [(image.caption, image.credit) for image in reading.images] == [(CAPTION, CREDIT)]
    assert reading.published_at is not None
    assert reading.published_at.isoformat() == "2024-05-20T08:15:00+07:00"
    assert dict(reading.origins)["body"] == "rules:baovinhphuc/1"
    assert dict(reading.origins)["rules"].split(", ")[0] == "baovinhphuc/1"  # its system's family is tried after it


def test_a_page_that_the_outlets_rules_do_not_fit_is_read_by_its_structure() -> None:
    page = _vinhphuc().replace("content-about-baiviet", "new-layout").replace("titleDdtail", "when")
    reading = read_page(page, "http://baovinhphuc.com.vn/x/12345", outlet="baovinhphuc")
    assert isinstance(reading, Reading)
    assert reading.text.split("\n\n") == list(PARAGRAPHS)
    assert dict(reading.origins)["body"] == "structure"


@pytest.mark.parametrize(("attribute", "rules"), [("class", "vietnam/1"), ("id", "vietnam/1"), ("data-x", None)])
def test_a_family_is_told_by_classes_and_ids(attribute: str, rules: str | None) -> None:
    page = (
        f"<html><head><title>{HEADLINE}</title><script>show('.noidung')</script></head><body><h1>{HEADLINE}</h1>"
        f'<div {attribute}="noidung">{paragraphs()}</div></body></html>'
    )
    reading = read_page(page, "https://bao.example/x-12345.htm")
    assert isinstance(reading, Reading)
    assert dict(reading.origins).get("rules") == rules


def test_scrambled_body_of_baophutho() -> None:
    page = (
        f"<html><head><title>{HEADLINE}</title></head><body><h1>{HEADLINE}</h1><p class=sapo>{LEAD}</p>"
        f"<div id=dcontent><p>{'4buYfVDhu549NOG7pmJiS+G7' * 30}==</p></div>"
        f"<div class=tin-khac><p>{PARAGRAPHS[3]}</p></div></body></html>"
    )
    reading = read_page(page, "https://baophutho.vn/tam-duong-238405.htm")
    assert isinstance(reading, Reading)
    assert (reading.kind, reading.text, reading.lead) == ("obfuscated", "", LEAD)
