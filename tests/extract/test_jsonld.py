"""JSON-LD as newsrooms damage it: named by the damage."""

from __future__ import annotations

import json
import re
import time

import pytest
from lxml import html

from archive.extract.parsed_page import MOST_OBJECTS, by_id, objects, types_of
from tests.support import pace

ARTICLE = '{"@type": "NewsArticle", "headline": "Một bài", "datePublished": "2026-03-07T08:00:00+07:00"}'

DAMAGED = {
    "sound": ARTICLE,
    "HTML comment around it": f"<!-- {ARTICLE} -->",
    "CDATA around it": f"//<![CDATA[\n{ARTICLE}\n//]]>",
    "CDATA in a script comment": f"/*<![CDATA[*/ {ARTICLE} /*]]>*/",
    "semicolon behind it": ARTICLE + ";",
    "trailing comma": ARTICLE[:-1] + ", }",
    "raw newline in a text": ARTICLE.replace("Một bài", "Một\nbài"),
    "control character in a text": ARTICLE.replace("Một bài", "Một\tbài"),
    "escaped once too often": ARTICLE.replace('"', "&quot;"),
    "escape that JSON lacks": ARTICLE.replace("Một bài", r"Một \'bài"),
    "texts in single quotation marks": re.sub(r'(?<=: )"([^"]*)"', r"'\1'", ARTICLE).replace("Một bài", "Một\nbài"),
    "in a list": f"[{ARTICLE}]",
    "in a graph": f'{{"@context": "https://schema.org", "@graph": [{ARTICLE}]}}',
    "two objects in one script": '{"@type": "Organization", "name": "Báo"}\n' + ARTICLE,
    "two objects with a comma": '{"@type": "Organization", "name": "Báo"},' + ARTICLE,
    "cut off": ARTICLE[:-1] + ', "articleBody": "Sáng nay, tại cánh đ',
    "unescaped quotation marks": ARTICLE[:-1] + ', "description": "Ông nói "vâng" rồi đi"}',
}


def read(*scripts: str) -> tuple[dict[str, object], ...]:
    source = "".join(f'<script type="application/ld+json">{script}</script>' for script in scripts)
    return objects(html.document_fromstring(f"<html><head>{source}</head><body></body></html>").iter("script"))


@pytest.mark.parametrize("source", DAMAGED.values(), ids=DAMAGED.keys())
def test_damaged_article_is_read(source: str) -> None:
    article = next(thing for thing in read(source) if "headline" in thing)
    assert str(article["headline"]).replace("'", "").split() == ["Một", "bài"]
    assert article["datePublished"] == "2026-03-07T08:00:00+07:00"


def test_outer_before_inner_in_document_order() -> None:
    names = [
        thing.get("name")
        for thing in read('{"name": "a", "part": {"name": "b"}, "z": [{"name": "c"}]}', '{"name": "d"}')
    ]
    assert names == ["a", "b", "c", "d"]


def test_author_of_a_broken_script() -> None:
    (article,) = read(
        ARTICLE[:-1] + ', "author": {"@type": "Person", "name": "Thu Trang"}, "description": "Ông nói "vâng""}'
    )
    assert article["author"] == "Thu Trang"


@pytest.mark.parametrize("source", ["", "   ", "null", "0", '"text"', "{", "[[[", "<p>không phải JSON</p>", "NaN"])
def test_nothing_to_read(source: str) -> None:
    assert read(source) == ()


def test_other_scripts_are_left_alone() -> None:
    root = html.document_fromstring(
        f"<script>{ARTICLE}</script><script type='text/template'>{ARTICLE}</script><p>x</p>"
    )
    assert objects(root.iter("script")) == ()


def test_types_without_vocabulary() -> None:
    assert types_of({"@type": ["http://schema.org/NewsArticle", "schema:Article"]}) == ("newsarticle", "article")
    assert types_of({"@type": 7}) == types_of({}) == ()


def test_references_lead_to_the_fullest_object() -> None:
    index = by_id(read('[{"@id": "#a"}, {"@id": "#a", "name": "Thu Trang", "url": "/a"}, {"@id": "#a", "name": "?"}]'))
    assert index["#a"]["name"] == "Thu Trang"


@pytest.mark.parametrize(
    "source",
    [
        "[" * 100_000,
        '{"a":' * 100_000,
        "{" + '"author": [' * 90_000,
        '{"headline": "' + "\\" * 1_000_000,
        "{" + '"author": {"@type": "Person", "name": "A"},' * 20_000,
        ", " * 300_000,
        "{" + " " * 1_000_000 + "]]",
    ],
    ids=["lists", "objects", "authors", "backslashes", "broken authors", "commas", "spaces"],
)
def test_hostile_script_takes_no_time(source: str) -> None:
    start = time.process_time()
    read(source)
    assert time.process_time() - start < pace()


def test_objects_are_capped() -> None:
    assert len(read(json.dumps([{"n": n} for n in range(3 * MOST_OBJECTS)]))) == MOST_OBJECTS
