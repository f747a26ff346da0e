"""Writes an Atom feed (RFC 4287) of the newest articles, or of the newest edits if the history is selected."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from archive.model.validation import is_address


def write_atom(rows: Iterable[dict[str, Any]], path: Path, *, title: str, updated: str) -> None:
    """Writes one entry for each row. Its id names outlet, article and version, so that a return to earlier words is an
    entry of its own. Ids are IRIs (RFC 4287 section 4.2.6)."""
    with path.open("w", encoding="utf-8") as file:
        file.write('<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">\n')
        file.write(
            f"<title>{_text(title)}</title>\n<id>tag:luubao,2026:feed/{quote(title)}</id>\n<updated>{_text(updated)}</updated>\n"
        )
        file.write("<generator>luubao</generator>\n")
        for row in rows:
            file.write(_entry(row))
        file.write("</feed>\n")


def _entry(row: dict[str, Any]) -> str:
    author, published = row["byline"] or row["outlet"], row["published_at"]
    parts = [
        f"<title>{_text(row['headline'])}</title>",
        f"<id>tag:luubao,2026:{quote(row['outlet'])}/{row['article_id']}/{row['version_id']}</id>",
        f'<link rel="alternate" href={quoteattr(row["url"])}/>' if is_address(row["url"]) else "",
        f"<updated>{_text(row['first_seen_at'])}</updated>",
        f"<published>{_text(published)}</published>" if published and _has_offset(published) else "",
        f"<author><name>{_text(author)}</name></author>",
        f"<category term={quoteattr(_xml_safe(row['section']))}/>" if row["section"] else "",
        f"<summary>{_text(row['lead'])}</summary>" if row["lead"] else "",
        f'<content type="text">{_text(row["body"])}</content>',
    ]
    language = f" xml:lang={quoteattr(_xml_safe(row['language']))}" if row["language"] else ""
    return f"<entry{language}>" + "".join(parts) + "</entry>\n"


def _has_offset(moment: str) -> bool:
    return len(moment) >= 20 and (moment.endswith("Z") or moment[-6] in "+-")


def _xml_safe(text: str) -> str:
    """The text without characters that XML 1.0 forbids."""
    return "".join(
        character
        for character in text
        if character in "\t\n\r"
        or (character >= " " and character not in "\ufffe\uffff" and not "\ud800" <= character <= "\udfff")
    )


def _text(text: str) -> str:
    return escape(_xml_safe(text))
