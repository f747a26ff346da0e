"""Input made to hurt: no exception, no hang, no control characters, whatever arrives."""

from __future__ import annotations

import random
import time

import pytest

from archive import Reading, read_page
from archive.extract import charset
from tests.extract.imaginary_paper import IMG, PRINTED, URL, modern, paragraphs
from tests.support import pace

SECONDS = 2.0
PAGE = modern(paragraphs((2, f"<figure>{IMG}<figcaption>{PRINTED}</figcaption></figure>")))
P = "<p>" + "This is a sentence of the story that is long enough to be kept, with commas, and words. " * 3 + "</p>"
MARKS = "a" + "\u0327\u0301" * 100_000


def page(body: str, head: str = "") -> str:
    return (
        f"<html><head><title>Tiêu đề</title>{head}</head><body><article><h1>Tiêu đề</h1>{body}</article></body></html>"
    )


_TAGS = ("div", "b", "a", "span", "font", "table", "ul><li", "blockquote", "p", "figure", "section", "svg", "picture")

SHAPES = {
    "one paragraph": page("<p>" + "word " * 500_000 + "</p>"),
    "one word": page("<p>" + "x" * 3_000_000 + "</p>"),
    "many paragraphs": page(P * 5_000),
    "many long paragraphs": page(("<p>" + "chữ " * 1_100) * 1_300),
    "many links": page("<a href='/x'>link text here</a> " * 100_000),
    "many breaks": page("text<br>" * 300_000),
    "many figures": page("<figure><img src='/a.jpg'><figcaption>cap tion</figcaption></figure>" * 5_000),
    "many pictures in one paragraph": page("<p>" + "<img src='/a.jpg'>text " * 5_000 + "</p>"),
    "many captions in one figure": page(
        P * 5 + "<figure>" * 200 + "<img src=/a.jpg><figcaption>Cánh đồng</figcaption>" * 3_000
    ),
    "many captions of one picture": page(
        P * 5 + "<figure><img src=/a.jpg>" + "<figcaption>Cánh đồng. Ảnh: Hà Thu</figcaption>" * 9_000 + "</figure>"
    ),
    "many long captions": page(
        P * 5 + "<figure>" + f"<img src=/a.jpg><figcaption>{'Ảnh: Hà ' * 120}</figcaption>" * 700 + "</figure>"
    ),
    "many pictures in one empty figure": page(P * 5 + f"<figure>{'<img src=/a.jpg>' * 9_000}</figure>"),
    "many pictures in one link": page(P * 5 + f"<a href=/b.htm>{'<img src=/a.jpg>Cánh đồng ' * 9_000}</a>"),
    "many pictures in one box": page(P * 5 + f"<div>{'<a href=/a.jpg><img src=/a.jpg></a>' * 13_000}</div>"),
    "many headlines in one article": page(P * 5 + "<article><p>Bà con</p>" + "<h1>Bà con ra đồng từ sớm</h1>" * 20_000),
    "many articles in one another": page(P * 5 + "<article><h1>Bà con ra đồng từ sớm</h1>" * 9_000),
    "many painted figures": page(
        P * 5 + "<figure><i style='background:url(/a.jpg)'></i><figcaption>Ảnh</figcaption>" * 9_000
    ),
    "many footers": page((P * 5 + "<div class=footer>") * 2_000),
    "many lines beside a date": page("<p>Hà Thu Hà</p><p>14/03/2026</p>" * 9_000 + P * 500),
    "many hidden boxes": page(P * 5 + "<div hidden><p>Bà con ra đồng từ sớm.</p></div>" * 9_000),
    "many related boxes": page(P * 5 + "<div class=related><p>Bà con ra đồng từ sớm.</p></div>" * 9_000),
    "many rows": page("<table>" + "<tr><td>cell</td><td>cell</td></tr>" * 9_000 + "</table>"),
    "many attributes": page("<div " + " ".join(f"a{n}='{n}'" for n in range(50_000)) + ">x</div>" + P * 5),
    "many attributes with signs": page("<div " + " ".join(f"a{n}='>'" for n in range(50_000)) + ">x</div>" + P * 5),
    "long attribute": page(f"<div data-x='{'y' * 3_000_000}'>a</div>" + P * 5),
    "long class": page(f"<div class='{'related-' * 200_000}'>{P * 5}</div>"),
    "long comment": page("<!--" + "c " * 1_500_000 + "-->" + P * 5),
    "long script": page("<script>" + "if(a<b && c>d){x='<p>'}" * 100_000 + "</script>" + P * 5),
    "data address": page(
        f"<figure><img src='data:image/png;base64,{'A' * 3_000_000}'><figcaption>cap</figcaption></figure>" + P * 5
    ),
    "long caption": page(
        f"<figure><img src=/a.jpg><figcaption>{'Ảnh: a / b (c) ' * 20_000}</figcaption></figure>" + P * 5
    ),
    "credit trap": page(f"<figure><img src=/a.jpg><figcaption>{'a/' * 400}</figcaption></figure>" * 50 + P * 5),
    "entities": page("<p>" + "&amp;&eacute;&#x1EC7; " * 100_000 + "</p>"),
    "bomb": '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "'
    + "a" * 50_000
    + '">]><html><body><p>'
    + "&a;" * 20_000
    + f"</p>{P * 4}</body></html>",
    "bad addresses": page(
        "<a href='http://[::1'>x</a><figure><img src='http://[bad'><figcaption>c</figcaption></figure><base href='http://[::1'>"
        + P * 4
    ),
    "broken JSON-LD": page(
        P * 4, '<script type="application/ld+json">{"author":[' + '{"name":"Bob"},' * 30_000 + "</script>"
    ),
    "nested JSON-LD": page(P * 4, f'<script type="application/ld+json">{"[" * 100_000}</script>'),
    "marks out of order": page(
        f"<h1>{MARKS}</h1><p>{MARKS}</p><figure><img src=/a.jpg><figcaption>{MARKS}</figcaption></figure>" + P * 5
    ),
    "many metas": page(P * 4, "".join(f'<meta name="author" content="a{n}">' for n in range(15_000))),
    **{f"deep {tag}": "<html><body>" + f"<{tag}>" * 30_000 + P * 4 for tag in _TAGS},
}


def survives(body: bytes | str, url: str = URL) -> None:
    start = time.process_time()
    found = read_page(body, url)
    assert time.process_time() - start < SECONDS * pace()
    if isinstance(found, Reading):
        shown = (
            found.text + found.headline + (found.lead or "") + "".join(image.caption or "" for image in found.images)
        )
        assert not any(ord(char) < 32 and char != "\n" for char in shown)


_HEAVY = {
    "many long paragraphs",
    "many pictures in one paragraph",
    "many paragraphs",
    *(f"deep {tag}" for tag in _TAGS[4:]),
}


@pytest.mark.parametrize("name", [pytest.param(name, marks=[pytest.mark.slow][: name in _HEAVY]) for name in SHAPES])
def test_shapes(name: str) -> None:
    survives(SHAPES[name].encode())


def _damaged(kind: str, dice: random.Random) -> bytes:
    body = bytearray(PAGE.encode())
    if kind == "cut":
        return bytes(body[: dice.randrange(20, len(body))])
    if kind == "flipped":
        for _ in range(len(body) // 50):
            body[dice.randrange(len(body))] = dice.randrange(256)
    elif kind == "controls":
        for _ in range(100):
            body.insert(dice.randrange(len(body)), dice.choice((0, 8, 11, 31)))
    elif kind == "shuffled":
        cuts = sorted(dice.randrange(len(body)) for _ in range(12))
        parts = [body[a:b] for a, b in zip([0, *cuts], [*cuts, len(body)], strict=True)]
        dice.shuffle(parts)
        return b"".join(bytes(part) for part in parts)
    return bytes(body)


@pytest.mark.parametrize("seed", [0, 1, 2, *(pytest.param(seed, marks=pytest.mark.slow) for seed in range(3, 15))])
@pytest.mark.parametrize("kind", ["cut", "flipped", "controls", "shuffled"])
def test_damage(kind: str, seed: int) -> None:
    survives(_damaged(kind, random.Random(f"{kind}{seed}")))


@pytest.mark.parametrize("charset", ["utf-16", "utf-32", "utf-7", "cp037"])
def test_other_encodings(charset: str) -> None:
    survives(PAGE.encode(charset, "replace"))


@pytest.mark.parametrize("url", ["", "x", "http://[::1", "javascript:alert(1)", "http://bao.vn/\ud800"])
def test_odd_addresses(url: str) -> None:
    survives(PAGE, url)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("a" * (charset.CHARACTERS + 1), "characters"),
        ("<p>" * (charset.TAGS + 1), "tags"),
        ("<div " + "a=1 " * 5_000 + ">", "attributes"),
    ],
)
def test_refusals_say_what_was_too_large(text: str, word: str) -> None:
    refused = charset.refusal(text)
    assert refused is not None
    assert refused.reason == "too-large"
    assert word in refused.detail


def test_comparisons_in_scripts_are_no_attributes() -> None:
    assert charset.refusal("<script>for(i=0;i<n; " + "a =1; " * 5_000 + "</script>") is None
