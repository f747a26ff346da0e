"""The current article template: figures with lazy images, OpenGraph, linked data (JSON-LD), time elements."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace

from crawler.demo import articles_old, bodies, frames, page_furniture, printed_dates
from crawler.demo.articles_old import after, canonical
from crawler.demo.bodies import PassageMarkup
from crawler.demo.markup import Html, join, link, tag, text
from crawler.demo.newsroom_records import Article, Form, Passage, Picture
from crawler.demo.page_furniture import NAME, RequestContext
from crawler.demo.section_addresses import BY_SLUG, article_path, picture_path

PLACEHOLDER = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
LOADER = Html("document.querySelectorAll('img.lazyload').forEach(function(i){i.src=i.dataset.src})")


def modern(visit: RequestContext, article: Article) -> str:
    """The page: headline, lead and byline above the body; two pictures may share one caption."""
    main = tag(
        "article",
        tag("div", page_furniture.breadcrumb(BY_SLUG[article.section]), class_="duong-dan"),
        tag("h1", text(article.headline), class_="article__title"),
        tag("div", *_meta(visit, article), class_="article__meta"),
        tag("h2", text(article.lead), class_="article__sapo"),
        tag("div", _body(visit, article), class_="article__body", itemprop="articleBody"),
        class_="article",
    )
    after_article = join(after(visit, article), tag("script", LOADER))
    return frames.page(visit, article.headline, join(main, after_article), _head(visit, article))


def _meta(visit: RequestContext, article: Article) -> list[Html]:
    pieces = [text(f"{page_furniture.views(visit, article)} lượt xem")]
    if article.date_form != "none":
        printed = text(printed_dates.visible(article.date_form, article.published))
        pieces.insert(0, tag("time", printed, datetime=printed_dates.machine(article.date_form, article.published)))
    if article.byline and not article.hidden_byline:
        pieces.insert(0, tag("p", text(article.byline), class_="name"))
    return [join(piece, text(" ")) for piece in pieces]


def _body(visit: RequestContext, article: Article) -> Html:
    habits = PassageMarkup(
        paragraph=lambda content: tag("p", content),
        subhead=lambda content: tag("h2", content),
        pictures=_pictures,
    )
    aside = tag("div", page_furniture.advert(visit, 3), class_="sda_middle")
    return bodies.body(article, visit.edition, habits, aside)


def _pictures(pictures: Sequence[Picture]) -> Html:
    caption_text = bodies.under(pictures[0])
    caption = tag("figcaption", text(caption_text)) if caption_text else Html("")
    if len(pictures) == 1:
        return tag("figure", _lazy_image(pictures[0]), caption)
    return tag("div", *(tag("figure", _lazy_image(picture)) for picture in pictures), caption, class_="layout-image-2")


def _lazy_image(picture: Picture) -> Html:
    """A lazy image: a placeholder until a script runs, and the picture again in noscript."""
    source = picture_path(picture.file)
    placeholder = tag("img", class_="lazyload", src=PLACEHOLDER, data_src=source, alt=picture.caption or "", width=640)
    return join(placeholder, tag("noscript", tag("img", class_="image-fallback", src=source, alt="")))


def _head(visit: RequestContext, article: Article) -> Html:
    pairs = [
        ("og:type", "article"),
        ("og:site_name", NAME),
        ("og:title", article.headline),
        ("og:description", article.lead),
        ("og:url", visit.base + article_path(article)),
        ("article:section", BY_SLUG[article.section].name),
    ]
    pairs += [("og:image", visit.base + picture_path(picture.file)) for picture in article.pictures[:1]]
    if article.date_form != "none":
        pairs.append(("article:published_time", printed_dates.machine(article.date_form, article.published)))
    metas = [tag("meta", property=name, content=value) for name, value in pairs]
    description = tag("meta", name="description", content=article.lead)
    return join(canonical(visit, article), description, *metas, _linked_data(visit, article))


def _linked_data(visit: RequestContext, article: Article) -> Html:
    facts: dict[str, object] = {
        "@context": "https://schema.org",
        "@type": "NewsArticle",
        "headline": article.headline,
        "mainEntityOfPage": visit.base + article_path(article),
        "publisher": {"@type": "Organization", "name": NAME},
        "author": [{"@type": "Person", "name": name} for name in article.authors],
        "articleSection": BY_SLUG[article.section].name,
        "keywords": ", ".join(article.tags),
    }
    if article.date_form != "none":
        facts["datePublished"] = printed_dates.machine(article.date_form, article.published)
        facts["dateModified"] = printed_dates.machine(article.date_form, article.modified or article.published)
    json_text = json.dumps({key: value for key, value in facts.items() if value}, ensure_ascii=False)
    # a closing tag inside the data would end the script element
    return tag("script", Html(json_text.replace("</", "<\\/")), type="application/ld+json")


TEMPLATES: dict[Form, Callable[[RequestContext, Article], str]] = {
    "dnn": articles_old.dnn,
    "webforms": articles_old.webforms,
    "plain": articles_old.plain,
    "modern": modern,
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
