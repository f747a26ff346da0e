from crawler.demo import words
from crawler.demo.paper import published


def test_a_number_always_gives_the_same_article() -> None:
    once = words.article(41)
    words.article.cache_clear()
    assert words.article(41) == once


def test_generated_articles_differ_and_are_older_than_written_ones() -> None:
    generated = [words.article(number) for number in range(300)]
    assert len({one.headline for one in generated}) == 300
    oldest = min(one.published_at for one in published(1) if one.published_at)
    assert all(one.published < oldest for one in generated)


def test_slugs_lose_every_mark() -> None:
    assert words.slug("Đoàn Thanh niên Yên Lĩnh, đợt 3") == "doan-thanh-nien-yen-linh-dot-3"
