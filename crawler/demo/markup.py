"""Builds HTML. Html is text that is already escaped, so that mypy reports a forgotten escape."""

from __future__ import annotations

from html import escape
from typing import NewType

Html = NewType("Html", str)

VOID = frozenset(("area", "br", "hr", "img", "input", "link", "meta"))


def text(words: object) -> Html:
    """Escapes plain text."""
    return Html(escape(str(words), quote=False))


def join(*parts: Html, by: str = "") -> Html:
    """Concatenates pieces of HTML."""
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
    """A link with plain text."""
    return tag("a", text(words), href=address, **attributes)


def items(*entries: Html, **attributes: str | int | bool | None) -> Html:
    """An unordered list."""
    return tag("ul", *(tag("li", entry) for entry in entries), **attributes)


def document(head: Html, body: Html, **attributes: str | int | bool | None) -> str:
    """A whole HTML document."""
    return f"<!DOCTYPE html>\n{tag('html', tag('head', head), body, **attributes)}\n"
