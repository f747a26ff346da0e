from datetime import UTC, datetime

import pytest

from crawler.demo.newsroom_records import Passage, plain, read_article, read_body


def test_marks_become_passages() -> None:
    text = """
Câu một
vẫn câu một.

## Tiêu đề nhỏ

> Lời nói

- chè
- vải

| Mặt hàng | Giá
| Thóc | 8.200

!2,3
"""
    assert read_body(text) == (
        Passage("paragraph", "Câu một vẫn câu một."),
        Passage("subhead", "Tiêu đề nhỏ"),
        Passage("quote", "Lời nói"),
        Passage("list", "chè\nvải"),
        Passage("table", "Mặt hàng | Giá\nThóc | 8.200"),
        Passage("pictures", pictures=(1, 2)),
    )


def test_links_are_words_to_a_person() -> None:
    assert plain("Xem [chợ Suối Ngà](bai:238127) và [cầu](bai:1).") == "Xem chợ Suối Ngà và cầu."


ARTICLE = """
id = 7
slug = "che"
form = "dnn"
section = "kinh-te"
headline = "Che\u0300"
lead = "Giá chè."
published = 2026-05-18T06:40:00
byline = "Minh Châu"
body = "Một."
"""


def test_an_article_is_read_with_hanoi_time_and_composed_letters() -> None:
    article = read_article(ARTICLE)
    assert article.headline == "Chè"
    assert article.published == datetime(2026, 5, 17, 23, 40, tzinfo=UTC)
    assert article.authors == ("Minh Châu",)


def test_a_misspelt_key_is_refused() -> None:
    with pytest.raises(TypeError, match="sectoin"):
        read_article(ARTICLE.replace("section", "sectoin"))
