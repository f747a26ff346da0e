"""What learning from the whole outlet gains: standing blocks that no single page gives away, in articles of the
loopback newspaper, read page by page, by trafilatura, and with what the archive has learned."""

from __future__ import annotations

from urllib.request import urlopen

import pytest
import trafilatura

from archive import Reading, read_page
from archive.text.recurring_blocks import learn, without
from crawler.demo.paper import published
from crawler.demo.server import Newspaper

pytestmark = pytest.mark.bench

ARTICLES = 60
# Worded like news, marked up like paragraphs, between the paragraphs: nothing on one page tells them from the story.
STANDING = (
    "Cuộc thi ảnh về đôi bờ sông Thao nhận tác phẩm đến hết tháng chín, giải nhất mười lăm triệu đồng.",
    "Số báo giấy ra ngày thứ sáu có phụ trương bốn trang về chợ phiên và các làng nghề trong tỉnh.",
)
PICTURE = "/anh/2026/cuoc-thi-anh.png"


def with_standing(page: str) -> str:
    """Puts the blocks behind the article's first and second paragraph."""
    head, mark, rest = page.partition("</h1>")
    pieces = rest.split("</p>")
    assert len(pieces) > 4
    pieces[2] = (
        f'</p><p>{STANDING[0]}</p><p><img src="{PICTURE}"></p><p>' + pieces[2].partition("<p")[2].partition(">")[2]
    )
    pieces[3] = f"</p><p>{STANDING[1]}</p><p>" + pieces[3].partition("<p")[2].partition(">")[2]
    return head + mark + "</p>".join(pieces)


def leaks(text: str, images: list[str]) -> int:
    return sum(notice in text for notice in STANDING) + any(image.endswith(PICTURE) for image in images)


def test_what_the_outlet_knows_and_a_page_does_not() -> None:
    readings, theirs, lost = [], 0, 0
    with Newspaper(extra_articles=ARTICLES) as paper:
        truth = [one for one in published(1, ARTICLES) if one.live and one.form == "plain"][:ARTICLES]
        for article in truth:
            with urlopen(paper.base_url + article.path) as answer:
                page = with_standing(answer.read().decode())
            reading = read_page(page, paper.base_url + article.path)
            assert isinstance(reading, Reading)
            readings.append(reading)
            theirs += leaks(str(trafilatura.extract(page, include_comments=False)), [])
    boilerplate = learn(readings)
    alone = sum(leaks(reading.text, [image.url for image in reading.images]) for reading in readings)
    clean = [without(reading, boilerplate) for reading in readings]
    learned = sum(leaks(reading.text, [image.url for image in reading.images]) for reading in clean)
    for article, reading in zip(truth, clean, strict=True):
        lost += sum(one.text not in reading.text for one in article.body if one.kind == "paragraph")
    print(
        f"\nstanding blocks in {len(truth)} articles: trafilatura {theirs}, one page at a time {alone}, learned {learned};"
    )
    print(f"paragraphs of the articles lost by learning: {lost}")
    assert alone > len(truth)
    assert learned == 0
    assert lost == 0
