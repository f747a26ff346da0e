"""Small builders of HTML. Html is text that is already escaped, so that mypy sees a forgotten escape."""

from __future__ import annotations

from html import escape
from typing import NewType

Html = NewType("Html", str)

VOID = frozenset(("area", "br", "hr", "img", "input", "link", "meta"))


def text(words: object) -> Html:
    """Plain words, escaped."""
    return Html(escape(str(words), quote=False))


def join(*parts: Html, by: str = "") -> Html:
    """Pieces of HTML, one after the other."""
    return Html(by.join(parts))


def tag(name: str, /, *children: Html, **attributes: str | int | bool | None) -> Html:
    """An element. An attribute's trailing underscore is dropped and others become hyphens (`class_`, `data_src`);
    True gives a bare attribute, None and False none."""
    written = "".join(_attribute(key, value) for key, value in attributes.items())
    return Html(f"<{name}{written}>" if name in VOID else f"<{name}{written}>{''.join(children)}</{name}>")


def _attribute(key: str, value: str | int | bool | None) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    return f" {name}" if value is True else f' {name}="{escape(str(value))}"'


def link(address: str, words: str, **attributes: str | int | bool | None) -> Html:
    """A link with plain words."""
    return tag("a", text(words), href=address, **attributes)


def items(*entries: Html, **attributes: str | int | bool | None) -> Html:
    """An unordered list."""
    return tag("ul", *(tag("li", entry) for entry in entries), **attributes)


def document(head: Html, body: Html, **attributes: str | int | bool | None) -> str:
    """A whole page."""
    return f"<!DOCTYPE html>\n{tag('html', tag('head', head), body, **attributes)}\n"
