"""The paper's article templates: figures and linked data today; DotNetNuke, WebForms and centred paragraphs before."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import replace
from unicodedata import normalize

from crawler.demo import bodies, frames, page_furniture, printed_dates
from crawler.demo.bodies import Html, PassageMarkup, items, join, link, tag, text
from crawler.demo.newsroom_records import Article, Form, Picture
from crawler.demo.page_furniture import NAME, RequestContext
from crawler.demo.section_addresses import BY_SLUG, article_path, picture_path

CENTRE = "text-align:center"
RIGHT = "text-align: right;"
JUSTIFY = "text-align: justify;"


def row(pictures: Sequence[Picture]) -> tuple[Html, ...]:
    """The images that share one caption, side by side."""
    width = 600 // len(pictures) - 5
    return tuple(tag("img", src=picture_path(picture.file), alt="", width=width) for picture in pictures)


def canonical(visit: RequestContext, article: Article) -> Html:
    return tag("link", rel="canonical", href=visit.base + article_path(article))


def after(visit: RequestContext, article: Article) -> Html:
    """The blocks after an article in the current layout."""
    comments = page_furniture.comments(visit, article)
    return join(
        page_furniture.share(visit, article),
        _keywords(article),
        tag("div", tag("h3", text("Phản hồi")), *comments, class_="box phan-hoi", id="comments"),
        page_furniture.box("Các tin khác", page_furniture.others(visit, article), "tin-khac"),
    )


def _keywords(article: Article) -> Html:
    return tag("div", text("Từ khóa: "), *page_furniture.tags(article), class_="tu-khoa") if article.tags else Html("")


def dnn(visit: RequestContext, article: Article) -> str:
    """The page: the lead is the first paragraph, bold; captions in div.articleimg_caption; the byline bold and
    right-aligned after the body."""
    printed = printed_dates.visible(article.date_form, article.published)
    view_count = text(f" | Lượt xem: {page_furniture.views(visit, article)}")
    main = join(
        tag("div", page_furniture.breadcrumb(BY_SLUG[article.section]), class_="duong-dan"),
        tag("h1", text(article.headline), class_="title-baiviet"),
        tag("div", tag("span", text(printed)), view_count, class_="padT4 padB10 titleDdtail f-11"),
        tag("div", _dnn_body(visit, article), class_="content-about-baiviet"),
        after(visit, article),
    )
    return frames.page(visit, article.headline, main, canonical(visit, article))


def _dnn_body(visit: RequestContext, article: Article) -> Html:
    markup = PassageMarkup(
        paragraph=lambda content: tag("p", content),
        subhead=lambda content: tag("p", tag("strong", content)),
        pictures=_dnn_pictures,
    )
    lead = tag("p", tag("strong", text(article.lead)))
    byline = tag("p", tag("strong", text(article.byline)), style=RIGHT) if article.byline else Html("")
    return join(lead, bodies.body(article, visit.edition, markup), byline, by="\n")


def _dnn_pictures(pictures: Sequence[Picture]) -> Html:
    caption_text = bodies.under(pictures[0])
    caption = tag("div", text(caption_text), class_="articleimg_caption") if caption_text else Html("")
    return tag("div", *row(pictures), caption, style=CENTRE)


def webforms(visit: RequestContext, article: Article) -> str:
    """The page: everything in tables, the caption in the second row of a table; .NET ids; a month-first machine
    date."""
    date = text(printed_dates.visible(article.date_form, article.published))
    machine = printed_dates.dotnet(article.published) if article.date_form == "dotnet" else None
    date_cell = tag("span", date, id="dnn_ctr482_ViewArticle_lblDate", class_="date", title=machine)
    views = text(f"Số lần xem: {page_furniture.views(visit, article)}")
    view_count = tag("span", views, id="dnn_ctr482_ViewArticle_lblViews")
    breadcrumb = page_furniture.breadcrumb(BY_SLUG[article.section])
    cells = (
        tag("span", breadcrumb, id="dnn_dnnBREADCRUMB_lblBreadCrumb"),
        tag("span", text(article.headline), id="dnn_ctr482_ViewArticle_lblTitle", class_="tieude"),
        join(date_cell, text(" - "), view_count),
        tag("span", text(article.lead), id="dnn_ctr482_ViewArticle_lblSummary", class_="sapo"),
        tag("div", _webforms_body(visit, article), id="dnn_ctr482_ViewArticle_divContent", class_="noidung"),
        _author(article, "dnn_ctr482_ViewArticle_lblAuthor"),
        page_furniture.share(visit, article),
        _keywords(article),
        tag("div", tag("b", text("Phản hồi")), *page_furniture.comments(visit, article), id="comments"),
        join(tag("b", text("Các tin khác")), items(*page_furniture.others(visit, article))),
    )
    rows = tag("tbody", *(tag("tr", tag("td", cell)) for cell in cells))
    return frames.old_page(visit, article.headline, tag("table", rows, id="dnn_ctr482_Article", border=0))


def _author(article: Article, name: str) -> Html:
    byline = article.byline
    return tag("div", tag("b", text(byline)), id=name, class_="author", align="right") if byline else Html("")


def _webforms_body(visit: RequestContext, article: Article) -> Html:
    markup = PassageMarkup(
        paragraph=lambda content: tag("p", content, class_="MsoNormal", style=JUSTIFY),
        subhead=lambda content: tag("p", tag("b", content), class_="MsoNormal"),
        pictures=_webforms_pictures,
    )
    return bodies.body(article, visit.edition, markup)


def _webforms_pictures(pictures: Sequence[Picture]) -> Html:
    caption_text = bodies.under(pictures[0])
    image_row = tag("tr", *(tag("td", image) for image in row(pictures)))
    caption = tag("td", text(caption_text or ""), class_="image_desc", colspan=len(pictures))
    caption_row = tag("tr", caption) if caption_text else Html("")
    return tag("table", tag("tbody", image_row, caption_row), class_="picBox", align="center", width=600)


def plain(visit: RequestContext, article: Article) -> str:
    """The page: justified paragraphs; the caption is the next paragraph, centred and italic."""
    main = join(
        tag("div", page_furniture.breadcrumb(BY_SLUG[article.section]), class_="duong-dan"),
        tag("h1", text(article.headline)),
        tag("div", text(printed_dates.visible(article.date_form, article.published)), class_="thoi-gian date"),
        tag("p", text(article.lead), class_="sapo"),
        tag("div", _plain_body(visit, article), class_="noidung", id="content"),
        _author(article, "tac-gia"),
        tag("div", text(f"{page_furniture.views(visit, article)} lượt đọc"), class_="duong-dan"),
        after(visit, article),
    )
    return frames.page(visit, article.headline, main, canonical(visit, article))


def _plain_body(visit: RequestContext, article: Article) -> Html:
    markup = PassageMarkup(
        paragraph=lambda content: tag("p", content, style=JUSTIFY),
        subhead=lambda content: tag("h3", content),
        pictures=_plain_pictures,
    )
    related = page_furniture.others(visit, article)[-2:]
    aside = tag("div", tag("b", text("Tin liên quan")), items(*related), class_="tin-lien-quan", align="right")
    return bodies.body(article, visit.edition, markup, aside)


def _plain_pictures(pictures: Sequence[Picture]) -> Html:
    images = tag("p", *row(pictures), style=CENTRE)
    caption_text = bodies.under(pictures[0])
    return join(images, tag("p", tag("em", text(caption_text)), style=CENTRE)) if caption_text else images


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
    markup = PassageMarkup(
        paragraph=lambda content: tag("p", content), subhead=lambda content: tag("h2", content), pictures=_pictures
    )
    aside = tag("div", page_furniture.advert(visit, 3), class_="sda_middle")
    return bodies.body(article, visit.edition, markup, aside)


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
    "dnn": dnn, "webforms": webforms, "plain": plain, "modern": modern,
}  # fmt: skip


def page(visit: RequestContext, article: Article) -> bytes:
    """The page in the article's template, as UTF-8; in ASCII with numeric entities where article.entities is set."""
    markup = TEMPLATES[article.form](visit, _partly_decomposed(article) if article.decomposed else article)
    return markup.encode("ascii", "xmlcharrefreplace") if article.entities else markup.encode()


def _partly_decomposed(article: Article) -> Article:
    """The article with headline and every second passage in NFD, like text pasted from some word processors."""
    passages = list(article.passages)
    passages[1::2] = [replace(passage, text=normalize("NFD", passage.text)) for passage in passages[1::2]]
    return replace(article, headline=normalize("NFD", article.headline), passages=tuple(passages))


def print_copy(visit: RequestContext, article: Article) -> bytes:
    """The print version: text only; robots.txt disallows it."""
    texts = [tag("p", text(passage.text)) for passage in article.passages if passage.kind != "pictures"]
    back = tag("p", link(article_path(article), "Trở lại bài viết"))
    main = join(tag("h1", text(article.headline)), tag("p", tag("b", text(article.lead))), *texts, back)
    return frames.page(visit, article.headline, main, canonical(visit, article)).encode()
