"""From an article to the bytes of its page."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable
from dataclasses import replace

from crawler.demo import articles_modern, articles_old, frames
from crawler.demo.markup import join, link, tag, text
from crawler.demo.newsroom_records import Article, Form, Passage
from crawler.demo.page_furniture import Visit
from crawler.demo.section_addresses import article_path

TEMPLATES: dict[Form, Callable[[Visit, Article], str]] = {
    "dnn": articles_old.dnn,
    "webforms": articles_old.webforms,
    "plain": articles_old.plain,
    "modern": articles_modern.modern,
}


def page(visit: Visit, article: Article) -> bytes:
    """The page in the article's template, as UTF-8; with numeric entities where the article asks for them."""
    written = TEMPLATES[article.form](visit, _decomposed(article) if article.decomposed else article)
    return written.encode("ascii", "xmlcharrefreplace") if article.entities else written.encode()


def _decomposed(article: Article) -> Article:
    """Headline and every second passage in NFD, as text pasted from some word processors is."""
    passages = tuple(_pasted(one) if place % 2 else one for place, one in enumerate(article.passages))
    return replace(article, headline=unicodedata.normalize("NFD", article.headline), passages=passages)


def _pasted(passage: Passage) -> Passage:
    return replace(passage, text=unicodedata.normalize("NFD", passage.text))


def print_copy(visit: Visit, article: Article) -> bytes:
    """The copy for printing: text only; robots.txt asks to leave it alone."""
    texts = [tag("p", text(one.text)) for one in article.passages if one.kind != "pictures"]
    main = join(
        tag("h1", text(article.headline)),
        tag("p", tag("b", text(article.lead))),
        *texts,
        tag("p", link(article_path(article), "Trở lại bài viết")),
    )
    return frames.page(visit, article.headline, main, articles_old.canonical(visit, article)).encode()
