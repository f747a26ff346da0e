"""Removes the leftovers of a destroyed article: pages in zstd dictionaries, free pages of the file, words elsewhere.

A dictionary consists of whole pages of its outlet, so one that holds a page of a destroyed article, or a list that
quotes it, is replaced by one without such pages, and the bodies that used it are recompressed. Then the file is
rewritten (VACUUM), for SQLite leaves deleted data in free pages, unless every writer used secure_delete. Finally all
content is decompressed and searched for the article's own sentences.
"""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

from sqlite_utils import Database

from archive.model.errors import ArchiveDamaged, WordsRemain
from archive.storage import codecs
from archive.storage.stored_bodies import (
    StoredBody,
    encode_alone,
    get_body,
    pages_to_choose_from,
    reclaim,
    replace_stored,
    stored_data,
)


def encoded_row(values: Mapping[str, Any]) -> bytes:
    """Encodes a row's columns as compressed JSON, for `withheld.data`."""
    return codecs.compress(json.dumps(dict(values), ensure_ascii=False).encode("utf-8", "surrogatepass"))


def opened(data: bytes) -> bytes:
    """Decompresses `withheld.data`. Raises ArchiveDamaged."""
    try:
        return codecs.decompress(data)
    except (codecs.ZstdError, TypeError, ValueError) as error:
        raise _damaged(error) from error


def opened_row(data: bytes) -> dict[str, Any]:
    """The columns that `encoded_row` encoded. Raises ArchiveDamaged."""
    try:
        row: dict[str, Any] = dict(json.loads(opened(data)))
    except (ValueError, TypeError, RecursionError) as error:
        raise _damaged(error) from error
    return row


def _damaged(error: Exception) -> ArchiveDamaged:
    return ArchiveDamaged(f"what is withheld cannot be read: {error}. `luubao verify` tells more")


def or_nothing(open_it: Callable[[], bytes | None]) -> bytes:
    """What this opens; nothing where it is damaged, which `luubao verify` reports."""
    try:
        return open_it() or b""
    except ArchiveDamaged:
        return b""


_SHORTEST_SENTENCE = 40  # characters; shorter sentences do not identify an article
_MOST_SENTENCES = 40  # sentences to search for
_SHORTEST_QUOTE = 20  # characters; shorter headlines are those of columns
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|\n+")
_CHUNK = 1 << 22
_HIDDEN_TEXTS = (
    "SELECT data FROM withheld JOIN withdrawals ON withdrawals.id = withdrawal_id"
    " WHERE article_id = ? AND table_name = 'texts'"
)
_TEXTS = {
    "texts": "SELECT coalesce(headline, '') || char(10) || coalesce(lead, '') || char(10) || body || char(10)"
    " || coalesce(captions, '') || char(10) || details FROM texts",
    "search": "SELECT headline || char(10) || body FROM search_source",
}
_COMPRESSED = (("withheld", "SELECT data FROM withheld"), ("set_aside", "SELECT reading FROM set_aside"))


@dataclass(slots=True)
class QuoteSearch:
    """The result of a search for sentences. places: how many of each kind were searched; remaining: places that still
    hold a sentence; quoted: pages of others that contain one."""

    sentences: int
    places: dict[str, int] = field(default_factory=dict)
    remaining: list[str] = field(default_factory=list)
    quoted: int = 0


def quotable(db: Database, article_id: int) -> list[bytes]:
    """What lists quote of an article, as it stands in a page: its headlines, and the sentences of its leads."""
    rows = db.execute(
        "SELECT texts.headline, lead FROM texts JOIN versions ON versions.id = version_id WHERE article_id = ?",
        [article_id],
    ).fetchall()
    rows += [(text.get("headline"), text.get("lead")) for text in _hidden_texts(db, article_id)]
    phrases = {part.strip() for row in rows for field in row for part in _SENTENCE_END.split(str(field or ""))}
    shared = "SELECT 1 FROM versions WHERE headline = ? AND article_id <> ? LIMIT 1"
    own = [phrase for phrase in phrases if len(phrase) >= _SHORTEST_QUOTE]
    own = [phrase for phrase in own if not db.execute(shared, [phrase, article_id]).fetchone()]
    return [
        form.encode("utf-8", "replace") for phrase in own for form in {phrase, escape(phrase), escape(phrase, False)}
    ]


def _hidden_texts(db: Database, article_id: int) -> list[dict[str, Any]]:
    """The withheld texts of an article that can be read."""
    return [text for text in _withheld_texts(db, article_id) if text is not None]


def lost_texts(db: Database, article_id: int) -> int:
    """How many withheld texts of an article are damaged: nobody can say what to look for."""
    return sum(text is None for text in _withheld_texts(db, article_id))


def _withheld_texts(db: Database, article_id: int) -> Iterator[dict[str, Any] | None]:
    for (data,) in db.execute(_HIDDEN_TEXTS, [article_id]).fetchall():
        try:
            yield opened_row(data)
        except ArchiveDamaged:
            yield None


def renew_dictionaries(
    db: Database, pages: Iterable[bytes], since: str | None, moment: datetime, quotes: Iterable[bytes] = ()
) -> int:
    """Replaces the dictionaries that hold one of these pages, a page that quotes these words, or that are older than
    `since`, the destruction of an article whose pages are lost already; returns how many. Call inside a transaction,
    after the pages are hidden."""
    destroyed = [*filter(None, pages), *quotes]
    affected = []
    for dictionary_id, outlet_id, made_at in db.execute("SELECT id, outlet_id, made_at FROM dictionaries").fetchall():
        if (since and made_at < since) or (destroyed and _contains_any(db, dictionary_id, destroyed)):
            affected.append((int(dictionary_id), int(outlet_id)))
    for outlet_id in {outlet_id for _, outlet_id in affected}:
        own = [dictionary_id for dictionary_id, owner_id in affected if owner_id == outlet_id]
        _replace_dictionaries(db, outlet_id, own, moment, list(quotes))
    return len(affected)


def _contains_any(db: Database, dictionary_id: int, words: Iterable[bytes]) -> bool:
    content = or_nothing(partial(codecs.content, db, dictionary_id))
    return any(word in content for word in words)


def _replace_dictionaries(
    db: Database, outlet_id: int, dictionary_ids: list[int], moment: datetime, quotes: Sequence[bytes]
) -> None:
    marks = ", ".join("?" * len(dictionary_ids))
    users = [row[0] for row in db.execute(f"SELECT id FROM bodies WHERE dictionary_id IN ({marks})", dictionary_ids)]
    pages, count = pages_to_choose_from(db, outlet_id)
    pages = [page for page in pages if not any(words in page for words in quotes)]
    chosen = codecs.learn(db, outlet_id, (pages, count), moment, anew=True)
    for body_id in users:
        try:
            page = get_body(db, body_id)
            assert page is not None  # compressed against a dictionary
            stored = encode_alone(db, page, chosen)
        except ArchiveDamaged:  # its bytes stay as they are, for nothing can be made of them
            stored = StoredBody("zstd", stored_data(db, body_id))
        replace_stored(db, body_id, stored)
    db.execute(f"DELETE FROM dictionaries WHERE id IN ({marks})", dictionary_ids)


def scrub(db: Database) -> None:
    """Rewrites the file, so that it holds no deleted data.

    Raises WordsRemain if a reader of an old snapshot, or the disk, prevents that.
    """
    try:
        done = reclaim(db)
    except sqlite3.OperationalError as error:
        raise WordsRemain(
            f"it is destroyed, and the file could not be rewritten ({error}): its words may lie in free room of it."
            " Give the same command again when nobody writes and twice the file's size is free"
        ) from error
    if not done:
        raise WordsRemain(
            "it is destroyed, and somebody is still reading the archive as it was before: until they are done, its"
            " words lie in the file or its log. Stop them (luubao serve, sqlite3, a backup) and give the same command"
            " again"
        )


def sentences_of(db: Database, article_id: int) -> list[str]:
    """Sentences of an article, from all texts ever extracted from it, that no other article contains."""
    rows = db.execute(
        "SELECT body FROM texts JOIN versions ON versions.id = version_id WHERE article_id = ?", [article_id]
    ).fetchall()
    bodies = [str(body) for (body,) in rows] + [str(text.get("body")) for text in _hidden_texts(db, article_id)]
    parts = (part.strip() for body in bodies for part in _SENTENCE_END.split(body))
    own_sentences = {sentence for sentence in parts if len(sentence) >= _SHORTEST_SENTENCE}
    others_query = "SELECT body FROM texts JOIN versions ON versions.id = version_id WHERE article_id <> ?"
    for (body,) in db.execute(others_query, [article_id]):
        own_sentences -= {sentence for sentence in own_sentences if sentence in body}
    return sorted(own_sentences, key=lambda sentence: (-len(sentence), sentence))[:_MOST_SENTENCES]


def look_for(db: Database, path: Path | None, sentences: list[str]) -> QuoteSearch:
    """Searches all content of the archive, decompressed, and the file itself for these sentences."""
    result, wanted = QuoteSearch(len(sentences)), [sentence.encode() for sentence in sentences]
    if not wanted:
        return result
    for kind, name, content in _all_content(db):
        result.places[kind] = result.places.get(kind, 0) + 1
        if any(sentence in content for sentence in wanted):
            result.quoted += kind == "pages"
            result.remaining += [] if kind == "pages" else [name]
    for file in _files(path):
        result.places["files"] = result.places.get("files", 0) + 1
        if _file_contains(file, wanted):
            result.remaining.append(file.name)
    return result


def _all_content(db: Database) -> Iterator[tuple[str, str, bytes]]:
    """Yields kind, name and content of all that can be decompressed."""
    for (body_id,) in db.execute("SELECT id FROM bodies ORDER BY id").fetchall():
        yield "pages", f"bodies {body_id}", or_nothing(partial(get_body, db, body_id))
    for (dictionary_id,) in db.execute("SELECT id FROM dictionaries").fetchall():
        name = f"dictionaries {dictionary_id}"
        yield "dictionaries", name, or_nothing(partial(codecs.content, db, dictionary_id))
    for name, query in _TEXTS.items():
        for (text,) in db.execute(query):
            yield "texts", name, str(text).encode("utf-8", "replace")
    for name, query in _COMPRESSED:
        for (data,) in db.execute(query):
            yield "readings set aside or withheld", name, or_nothing(partial(opened, data))


def _files(path: Path | None) -> list[Path]:
    if path is None:
        return []
    return [file for file in (path, path.with_name(f"{path.name}-wal")) if file.is_file()]


def _file_contains(path: Path, wanted: list[bytes]) -> bool:
    """Whether a file contains one of these byte strings."""
    longest, overlap = max(map(len, wanted)), b""
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            content = overlap + piece
            if any(sentence in content for sentence in wanted):
                return True
            overlap = content[-longest:]
    return False
