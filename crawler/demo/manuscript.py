"""Parses the newsroom's files: one TOML file an article, its body in a light markup.

A blank line parts the passages. `## ` opens a subhead, `> ` a quote, `- ` a list, `| ` a table; `!1` puts the first
picture there, `!2,3` two pictures under one caption; `[words](bai:ID)` links to another article.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from datetime import timedelta, timezone
from importlib import resources
from typing import Any

from crawler.demo.newsroom_records import Article, Change, Passage, PassageKind, Picture

HANOI = timezone(timedelta(hours=7), "Asia/Ho_Chi_Minh")
MARKS: tuple[tuple[str, PassageKind], ...] = (("## ", "subhead"), ("> ", "quote"), ("- ", "list"), ("| ", "table"))
LINK = re.compile(r"\[([^\]]+)\]\(bai:(\d+)\)")


def read_body(text: str) -> tuple[Passage, ...]:
    """Parses a body into passages."""
    return tuple(_passage(piece.strip()) for piece in re.split(r"\n\s*\n", text.strip()))


def _passage(piece: str) -> Passage:
    if piece.startswith("!"):
        return Passage("pictures", pictures=tuple(int(number) - 1 for number in piece[1:].split(",")))
    for mark, kind in MARKS:
        if piece.startswith(mark):
            return Passage(kind, "\n".join(line.strip()[len(mark) :] for line in piece.splitlines()))
    return Passage("paragraph", " ".join(piece.split()))


def plain(text: str) -> str:
    """A passage's text as a person reads it, without link markup."""
    return LINK.sub(r"\1", text)


def read_article(text: str) -> Article:
    """Parses one article from its TOML text. Raises KeyError or TypeError where a key is missing or misspelt."""
    data: dict[str, Any] = tomllib.loads(unicodedata.normalize("NFC", text))
    data["passages"] = read_body(data.pop("body"))
    data["published"] = data["published"].replace(tzinfo=HANOI)
    data["tags"] = tuple(data.get("tags", ()))
    data["authors"] = tuple(data.get("authors", [data["byline"]] if "byline" in data else ()))
    data["pictures"] = tuple(Picture(**picture) for picture in data.get("pictures", ()))
    data["changes"] = tuple(Change(**change) for change in data.get("changes", ()))
    return Article(**data)


def read_all() -> tuple[Article, ...]:
    """Reads every article of the package's data, sorted by id."""
    files = resources.files("crawler.demo") / "articles"
    texts = (file.read_text(encoding="utf-8") for file in files.iterdir() if file.name.endswith(".toml"))
    return tuple(sorted((read_article(text) for text in texts), key=lambda article: article.id))
