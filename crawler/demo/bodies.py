"""Renders an article's body as HTML: its passages, with the markup of each template.

Html is text that is already escaped, so that mypy reports a forgotten escape.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from itertools import count
from typing import NewType

from crawler.demo.edition import Edition
from crawler.demo.newsroom_records import LINK, Article, Passage, Picture
from crawler.demo.section_addresses import article_path

Html = NewType("Html", str)

VOID = frozenset(("area", "br", "hr", "img", "input", "link", "meta"))


def text(words: object) -> Html:
    return Html(escape(str(words), quote=False))


def join(*parts: Html, by: str = "") -> Html:
    return Html(by.join(parts))


def tag(name: str, /, *children: Html, **attributes: str | int | bool | None) -> Html:
    """An element. Drops an attribute's trailing underscore, and turns others into hyphens (`class_`, `data_src`);
    True gives an attribute without a value, None and False give none."""
    attribute_text = "".join(_attribute(key, value) for key, value in attributes.items())
    return Html(
        f"<{name}{attribute_text}>" if name in VOID else f"<{name}{attribute_text}>{''.join(children)}</{name}>"
    )


def _attribute(key: str, value: str | int | bool | None) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def link(address: str, words: str, **attributes: str | int | bool | None) -> Html:
    return tag("a", text(words), href=address, **attributes)


def items(*entries: Html, **attributes: str | int | bool | None) -> Html:
    return tag("ul", *(tag("li", entry) for entry in entries), **attributes)


def document(head: Html, body: Html, **attributes: str | int | bool | None) -> str:
    return f"<!DOCTYPE html>\n{tag('html', tag('head', head), body, **attributes)}\n"


Frame = Callable[[Html], Html]


@dataclass(frozen=True)
class PassageMarkup:
    """The markup of the kinds of passages that differ between templates."""

    paragraph: Frame
    subhead: Frame
    pictures: Callable[[Sequence[Picture]], Html]


NO_ASIDE = Html("")


def body(article: Article, edition: Edition, markup: PassageMarkup, aside: Html = NO_ASIDE) -> Html:
    passages = [_passage(passage, article, edition, markup) for passage in article.passages]
    return join(*passages[:2], aside, *passages[2:], by="\n")


def _passage(passage: Passage, article: Article, edition: Edition, markup: PassageMarkup) -> Html:
    if passage.kind == "pictures":
        return markup.pictures([article.pictures[index] for index in passage.pictures])
    if passage.kind == "list":
        return items(*(inline(line, edition) for line in passage.text.splitlines()))
    if passage.kind == "table":
        return _table(passage.text)
    content = inline(passage.text, edition)
    if passage.kind == "quote":
        return tag("blockquote", tag("p", content))
    return markup.subhead(content) if passage.kind == "subhead" else markup.paragraph(content)


def _table(rows: str) -> Html:
    cells = ([tag("td", text(cell)) for cell in row.split(" | ")] for row in rows.splitlines())
    return tag("table", tag("tbody", *(tag("tr", *row) for row in cells)), class_="bang")


def inline(source: str, edition: Edition) -> Html:
    """Text with its links to other articles; every second link has a tracking parameter, as editors paste them."""
    pieces = LINK.split(source)
    link_count = count()
    linked = [
        join(text(before), _article_reference(edition, label, int(number), next(link_count)))
        for before, label, number in zip(pieces[0::3], pieces[1::3], pieces[2::3], strict=False)
    ]
    return join(*linked, text(pieces[-1]))


def _article_reference(edition: Edition, label: str, number: int, index: int) -> Html:
    target = edition.with_id(number)
    if target is None:
        return text(label)
    return link(article_path(target) + ("" if index % 2 == 0 else "?utm_source=bai-viet"), label)


def under(picture: Picture) -> str | None:
    """The line under a picture: caption, full stop, credit."""
    parts = [part for part in (picture.caption, credit(picture)) if part]
    return ". ".join(parts) if parts else None


def credit(picture: Picture) -> str | None:
    """The credit as printed: `Ảnh: Thu Hà`, or the bare `Ảnh minh họa`."""
    if picture.credit is None or picture.credit.startswith("Ảnh "):
        return picture.credit
    return f"Ảnh: {picture.credit}"
