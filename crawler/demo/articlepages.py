"""Renders an article as the bytes of its page."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace

from crawler.demo import articles_modern, articles_old, frames
from crawler.demo.markup import join, link, tag, text
from crawler.demo.newsroom_records import Article, Form, Passage
from crawler.demo.page_furniture import RequestContext
from crawler.demo.section_addresses import article_path

TEMPLATES: dict[Form, Callable[[RequestContext, Article], str]] = {
    "dnn": articles_old.dnn,
    "webforms": articles_old.webforms,
    "plain": articles_old.plain,
    "modern": articles_modern.modern,
}


def page(visit: RequestContext, article: Article) -> bytes:
    """The page in the article's template, as UTF-8; in ASCII with numeric entities where article.entities is set."""
    markup = TEMPLATES[article.form](visit, _partly_decomposed(article) if article.decomposed else article)
    return markup.encode("ascii", "xmlcharrefreplace") if article.entities else markup.encode()


def _partly_decomposed(article: Article) -> Article:
    """The article with headline and every second passage in NFD, like text pasted from some word processors."""
    passages = tuple(
        _decomposed_passage(passage) if index % 2 else passage for index, passage in enumerate(article.passages)
    )
    return replace(article, headline=unicodedata.normalize("NFD", article.headline), passages=passages)


def _decomposed_passage(passage: Passage) -> Passage:
    return replace(passage, text=unicodedata.normalize("NFD", passage.text))


def print_copy(visit: RequestContext, article: Article) -> bytes:
    """The print version: text only; robots.txt disallows it."""
    texts = [tag("p", text(passage.text)) for passage in article.passages if passage.kind != "pictures"]
    main = join(
        tag("h1", text(article.headline)),
        tag("p", tag("b", text(article.lead))),
        *texts,
        tag("p", link(article_path(article), "Trở lại bài viết")),
    )
    return frames.page(visit, article.headline, main, articles_old.canonical(visit, article)).encode()
