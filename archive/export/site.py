"""A static edition: one HTML page an article, lists by month, and a search, in a folder that a browser opens without
any server. Everything of the newspaper's is text and escaped: no script or style of a page is in it."""

from __future__ import annotations

import json
import shutil
import unicodedata
from collections.abc import Callable, Iterable
from html import escape
from importlib.resources import files
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.records import Reading
from archive.store import questions
from archive.store.questions import Article

_CHUNK = 500  # articles a file of the search index
_POLICY = "default-src 'none'; img-src 'self' file: data:; style-src 'self' file:; script-src 'self' file:"


def write_site(
    db: Database, folder: Path, *, outlet: str | None, title: str, pictures: Path | None,
    step: Callable[[], None] = lambda: None,
) -> int:  # fmt: skip
    """Writes the edition into an empty or new folder; returns how many articles are in it."""
    for name in ("articles", "months", "index"):
        (folder / name).mkdir(parents=True)
    for name in ("edition.js", "edition.css"):
        (folder / name).write_text((files("archive.export") / name).read_text("utf-8"), "utf-8")
    found = questions.articles(db, outlet=outlet)
    index = _Index(folder / "index")
    for article in found:
        versions = questions.versions_of(db, article.id)
        readings = [questions.reading_of(db, article.id, one.number)[1] for one in versions]
        _write(
            folder / "articles" / f"{article.id}.html",
            _article(article, versions, readings, title, folder, pictures),
            "../",
            article.headline,
        )
        index.add(article, readings[-1])
        step()
    index.finish()
    months = _months(found)
    for month, articles in months.items():
        _write(
            folder / "months" / f"{month}.html",
            f"<h1>{escape(month)}</h1>{_list(articles, '../')}",
            "../",
            f"{title}: {month}",
        )
    _write(folder / "index.html", _front(title, found, months, index.count), "", title)
    return len(found)


class _Index:
    """What the search looks through: scripts, for a page that lies in a folder may not fetch anything else."""

    def __init__(self, folder: Path):
        self.folder, self.count, self.waiting = folder, 0, list[list[Any]]()

    def add(self, article: Article, reading: Reading) -> None:
        """One more article."""
        captions = " ".join(image.caption or "" for image in reading.images)
        text = folded(" ".join((article.headline, reading.lead or "", reading.text, captions)))
        self.waiting.append([article.id, article.headline, (article.published_at or article.first_seen_at)[:10], text])
        if len(self.waiting) >= _CHUNK:
            self.finish()

    def finish(self) -> None:
        """Writes what waits."""
        if self.waiting:
            data = (
                json.dumps(self.waiting, ensure_ascii=False)
                .replace("</", "<\\/")
                .replace("\u2028", " ")
                .replace("\u2029", " ")
            )
            (self.folder / f"{self.count}.js").write_text(f"luubao.add({data});\n", "utf-8")
            self.count += 1
            self.waiting = []


def folded(text: str) -> str:
    """Without marks and with đ as d, in small letters: how the search compares."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(one for one in plain if not unicodedata.combining(one)).split())


def _months(found: Iterable[Article]) -> dict[str, list[Article]]:
    months: dict[str, list[Article]] = {}
    for article in found:
        months.setdefault((article.published_at or article.first_seen_at)[:7], []).append(article)
    return dict(sorted(months.items(), reverse=True))


def _front(title: str, found: list[Article], months: dict[str, list[Article]], chunks: int) -> str:
    links = "".join(
        f'<li><a href="months/{month}.html">{month}</a> ({len(articles)})</li>' for month, articles in months.items()
    )
    return (
        f'<h1>{escape(title)}</h1><form id="search" data-chunks="{chunks}"><input id="words" type="search" autofocus'
        ' placeholder="Tìm: có dấu hay không đều được" aria-label="search"> <button>Tìm</button></form>'
        f'<p id="said"></p><ul id="hits" class="list"></ul><h2>Mới nhất</h2>{_list(found[:30], "")}'
        f'<h2>Theo tháng</h2><ul class="months">{links}</ul>'
    )


def _list(articles: Iterable[Article], up: str) -> str:
    items = (
        f'<li><time>{(one.published_at or one.first_seen_at)[:10]}</time> <a href="{up}articles/{one.id}.html">'
        f"{escape(one.headline)}</a>{' <b>đã gỡ</b>' if one.gone_since else ''}"
        f"{f' <i>{one.version_count} bản</i>' if one.version_count > 1 else ''}</li>"
        for one in articles
    )
    return f'<ul class="list">{"".join(items)}</ul>'


def _article(
    article: Article,
    versions: list[questions.Version],
    readings: list[Reading],
    title: str,
    folder: Path,
    pictures: Path | None,
) -> str:
    address = escape(article.url, quote=True)
    facts = (
        f'<p class="facts">{escape(title)} · <a rel="noreferrer" href="{address}">{escape(article.url)}</a>'
        f" · lưu từ {versions[0].first_seen_at} đến {versions[-1].last_seen_at}"
    )
    if article.gone_since:
        facts += f" · <b>không còn từ {article.gone_since} ({escape(article.gone_reason or '')})</b>"
    body = _reading(readings[-1], folder, pictures) + facts + "</p>"
    for version, reading in reversed(list(zip(versions[:-1], readings[:-1], strict=True))):
        body += (
            f"<details><summary>Bản {version.number}: {version.first_seen_at}"
            f" – {version.last_seen_at}</summary>{_reading(reading, folder, pictures)}</details>"
        )
    return body


def _reading(reading: Reading, folder: Path, pictures: Path | None) -> str:
    parts = [f"<h1>{escape(reading.headline)}</h1>"]
    about = " · ".join(filter(None, (reading.byline, reading.published_at_raw, reading.section)))
    parts.append(f'<p class="about">{escape(about)}</p>' if about else "")
    parts.append(f'<p class="lead">{escape(reading.lead)}</p>' if reading.lead else "")
    for block in reading.blocks:
        if block.kind == "image" and block.image is not None:
            parts.append(_figure(reading, block.image, folder, pictures))
        else:
            tag = {"subhead": "h2", "quote": "blockquote"}.get(block.kind, "p")
            parts.append(f"<{tag}>{escape(block.text)}</{tag}>")
    return f"<article>{''.join(parts)}</article>"


def _figure(reading: Reading, number: int, folder: Path, pictures: Path | None) -> str:
    image = reading.images[number]
    told = escape(" ".join(filter(None, (image.caption, f"({image.credit})" if image.credit else ""))))
    shown = (
        f'<img loading="lazy" alt="{escape(image.alt or "", quote=True)}" src="../{name}">'
        if (name := _copied(image.stored, folder, pictures))
        else ""
    )
    return f"<figure>{shown}<figcaption>{told}</figcaption></figure>" if shown or told else ""


def _copied(stored: Any, folder: Path, pictures: Path | None) -> str | None:
    """Where the edition has a picture: the bytes themselves, except an SVG's, which can run scripts."""
    if stored is None or pictures is None or stored.media_type == "image/svg+xml":
        return None
    source, name = pictures / stored.path, f"pictures/{stored.path}"
    if not source.is_file():
        return None
    target = folder / name
    if not target.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
    return name


def _write(path: Path, body: str, up: str, title: str) -> None:
    head = (
        '<meta charset="utf-8"><meta name="viewport" content="width=device-width">'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}"><title>{escape(title)}</title>'
        f'<link rel="stylesheet" href="{up}edition.css">'
    )
    path.write_text(
        f'<!DOCTYPE html>\n<html lang="vi"><head>{head}</head><body><nav><a href="{up}index.html">Mục lục</a></nav>'
        f'<main>{body}</main><script src="{up}edition.js"></script></body></html>\n',
        "utf-8",
    )
