"""Writes a static site: one HTML page for each article, lists by month, and a search, in a folder that a browser opens
without a server; and an Atom feed (RFC 4287) as a file. All content of the newspaper is escaped text: no script or
style of its pages is in it."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Callable, Iterable
from datetime import date
from functools import partial
from importlib.resources import files
from itertools import pairwise
from pathlib import Path
from typing import Any

from archive.diff import EditSummary, summarize_edit
from archive.model import clock
from archive.model.errors import ArchiveDamaged, UnknownArticle, pass_over
from archive.model.records import Reading, StoredPicture
from archive.model.validation import claimed_moment
from archive.queries import lookup
from archive.queries.lookup import Article, Version
from archive.storage.connection import Database
from archive.storage.picture_files import verified_file
from archive.web.configuration import environment, parts
from archive.web.room import translations
from archive.web.room.translations import gone_reason, say, what_of

_CHUNK_SIZE = 500  # articles in one file of the search index
_NEWEST, _EDITS = 30, 10
Edited = tuple[Article, Version, EditSummary]
"""An edit: the article, the version it made, and what it changed."""
_SAY = partial(say, "vi")
UNDATED = "undated"
"""Stands for the day, and for the month, of an article without a published time."""


def write_site(
    db: Database, folder: Path, *, outlet: str | None, title: str, pictures: Path | None,
    step: Callable[[], None] = lambda: None,
) -> int:  # fmt: skip
    """Writes the edition into an empty or new folder; returns its number of articles."""
    for name in ("articles", "months", "index"):
        (folder / name).mkdir(parents=True)
    for name in ("edition.js", "edition.css"):
        (folder / name).write_text((files("archive.web") / name).read_text("utf-8"), "utf-8")
    pages, index, written = _Pages(folder, title, pictures), _SearchIndex(folder / "index"), list[Article]()
    all_edits = list[Edited]()
    for article in lookup.articles(db, outlet=outlet):
        try:
            versions, readings = _history(db, article)
        except (ArchiveDamaged, UnknownArticle) as error:
            pass_over(f"articles {article.id}", error)
            continue
        steps = list(pairwise(zip(versions, readings, strict=True)))
        all_edits += [(article, new[0], summarize_edit(old[1], new[1])) for old, new in steps]
        pages.write_article(article, versions, readings)
        index.add(article, readings[-1])
        written.append(article)
        step()
    index.finish()
    pages.write_lists(written, all_edits, index.count)
    return len(written)


def write_atom(rows: Iterable[dict[str, Any]], path: Path, *, title: str, updated: str) -> None:
    """Writes a feed with one entry for each row. Its id names outlet, article and version, so that a return to earlier
    words is an entry of its own. Ids are IRIs (RFC 4287 section 4.2.6)."""
    template = environment().get_template("edition/feed.atom")
    template.stream(rows=rows, title=title, updated=updated, read=clock.read).dump(str(path), encoding="utf-8")


def _history(db: Database, article: Article) -> tuple[list[Version], list[Reading]]:
    """An article's versions and their readings. Raises ArchiveDamaged and UnknownArticle."""
    versions = lookup.versions_of(db, article.id)
    if not versions:
        raise UnknownArticle("it has no version that can be read")
    return versions, [lookup.reading_of(db, article.id, version.number)[1] for version in versions]


class _Pages:
    """Renders the pages of an edition from the templates in archive/web/templates/edition."""

    def __init__(self, folder: Path, title: str, pictures: Path | None):
        self.folder, self.title, self.pictures = folder, title, pictures
        self.templates = environment()
        self.templates.filters.update(day=_day, shown_day=_shown_day, shown_month=_shown_month, parts=parts)
        self.templates.globals.update(
            t=_SAY, what_of=partial(what_of, _SAY), reason=partial(gone_reason, _SAY),
            minute=lambda stamp, zone: translations.minute(translations.local(stamp, zone), "vi"),
        )  # fmt: skip

    def write_article(self, article: Article, versions: list[Version], readings: list[Reading]) -> None:
        """Writes an article's page: the current version, then the earlier ones, the latest first."""
        earlier, name = list(zip(versions[:-1], readings[:-1], strict=True))[::-1], f"articles/{article.id}.html"
        self._write(name, "article", article=article, versions=versions, readings=readings, earlier=earlier)

    def write_lists(self, articles: list[Article], edited: list[Edited], chunks: int) -> None:
        """Writes the front page, a list for each month, and the list of edits, the latest first."""
        latest_edits = sorted(edited, key=lambda edit: edit[1].first_seen_at, reverse=True)
        self._write("edits.html", "edits", edited=latest_edits)
        months = _months(articles)
        for month, published in months.items():
            self._write(f"months/{month}.html", "month", month=month, articles=published)
        self._write(
            "index.html", "front", newest=articles[:_NEWEST], months=months, chunks=chunks, edited=latest_edits[:_EDITS]
        )

    def _write(self, name: str, template: str, **values: Any) -> None:
        page = self.templates.get_template(f"edition/{template}.html")
        html = page.render(title=self.title, up="../" if "/" in name else "", copied=self._copied, **values)
        (self.folder / name).write_text(html, "utf-8")

    def _copied(self, stored: StoredPicture | None) -> str | None:
        """Copies a picture into the edition; returns its path there. None for an SVG, which can run scripts, and for a
        picture without a proved file."""
        if stored is None or self.pictures is None or stored.media_type == "image/svg+xml":
            return None
        name = f"pictures/{stored.path}"
        if (self.folder / name).is_file():
            return name
        data = verified_file(self.pictures, stored.path, stored.digest)
        if data is None:
            return None
        (self.folder / name).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / name).write_bytes(data)
        return name


class _SearchIndex:
    """Writes the search index as scripts, because a page opened from a folder can load nothing else."""

    def __init__(self, folder: Path):
        self.folder, self.count, self.waiting = folder, 0, list[list[Any]]()

    def add(self, article: Article, reading: Reading) -> None:
        captions = " ".join(image.caption or "" for image in reading.images)
        folded_text = folded(" ".join((article.headline, reading.lead or "", reading.text, captions)))
        self.waiting.append([article.id, article.headline, _shown_day(article), folded_text])
        if len(self.waiting) >= _CHUNK_SIZE:
            self.finish()

    def finish(self) -> None:
        """Writes the waiting articles as one file."""
        if self.waiting:
            data = json.dumps(self.waiting, ensure_ascii=False).replace("<", "\\u003c")
            data = data.replace("\u2028", " ").replace("\u2029", " ")
            (self.folder / f"{self.count}.js").write_text(f"luubao.add({data});\n", "utf-8")
            self.count += 1
            self.waiting = []


def folded(text: str) -> str:
    """Folds text for search: lower case, without diacritics, đ as d."""
    plain = unicodedata.normalize("NFD", text.lower().replace("đ", "d"))
    return " ".join("".join(character for character in plain if not unicodedata.combining(character)).split())


def _months(articles: Iterable[Article]) -> dict[str, list[Article]]:
    months: dict[str, list[Article]] = {}
    for article in articles:
        day = _day(article)
        months.setdefault(day if day == UNDATED else day[:7], []).append(article)
    dated = sorted((month for month in months if month != UNDATED), reverse=True)
    return {month: months[month] for month in (*dated, UNDATED) if month in months}


def _day(article: Article) -> str:
    """The claimed day of an article, or UNDATED: our own time would be mistaken for the outlet's. It becomes part of a
    file name, so it is formatted from the parsed time, not copied from the text."""
    return claimed_moment(article.published_at).date().isoformat() if article.published_at else UNDATED


def _shown_day(article: Article) -> str:
    day = _day(article)
    return "không ghi ngày" if day == UNDATED else translations.day(date.fromisoformat(day), "vi")


def _shown_month(month: str) -> str:
    if month == UNDATED:
        return "Không ghi ngày"
    return f"Tháng {translations.month(date.fromisoformat(f'{month}-01'), 'vi')}"
