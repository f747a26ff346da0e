"""Finds the URLs that a document cites, and on which day each was accessed: BibTeX, Word (.docx), HTML, and plain text.

A citation is a BibTeX entry, or a paragraph with a URL. Its access day is the day after `accessed`, `truy cập` and the
like, as APA, MLA, Chicago and Vietnamese styles write it, or `urldate` of BibLaTeX.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from lxml import etree

from archive.model.errors import LuubaoError

_LONGEST = 64 << 20  # bytes of a document, unpacked
_MOST = 10_000  # citations of a document
_URL = re.compile(r"https?://[^\s<>\"{}|\\^`]+", re.IGNORECASE)
_ACCESSED = re.compile(
    r"(?:accessed|retrieved|visited|viewed|last checked|truy\s+(?:cập|xuất)|xem|urldate|consulté|abgerufen|zugriff"
    r"|consultado)\b[^\d\n]{0,30}?(?P<day>(?:[^\W\d_]+\.?\s+)?\d[\w./,-]*(?:\s+(?:[^\W_]+\.?,?|\d+),?){0,5})",
    re.IGNORECASE,
)
_LANGUAGES = ["vi", "en", "fr", "de", "es"]
_WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True, slots=True)
class Citation:
    """A cited URL. accessed: the day on which the document's author saw it; None where the document names none."""

    url: str
    accessed: date | None


def cited_addresses(path: Path) -> list[Citation]:
    """The citations of a document, in its order, each URL with its access day once.

    Raises LuubaoError for a file that is too large or is not what its name says.
    """
    if not path.is_file():  # a pipe or a device never ends
        raise LuubaoError(f"{path} is no file. Save the document, and name that")
    if path.stat().st_size > _LONGEST:
        raise LuubaoError(
            f"{path.name} has more than {_LONGEST >> 20} MB. Save only its references, and name that file"
        )
    try:
        passages = _PASSAGES.get(path.suffix.lower(), _text_passages)(path)
        found = dict.fromkeys(citation for passage in passages for citation in _citations(passage))
    except (zipfile.BadZipFile, KeyError, etree.LxmlError, ValueError, EOFError, RuntimeError) as error:
        raise LuubaoError(f"{path.name} cannot be read as {path.suffix or 'text'}: {error}") from error
    if len(found) > _MOST:
        raise LuubaoError(f"{path.name} has more than {_MOST:,} citations. Split it")
    return list(found)


def _citations(passage: str) -> Iterator[Citation]:
    found = _ACCESSED.search(passage)
    accessed = _day(found["day"]) if found else None
    for url in _URL.findall(passage):
        yield Citation(_without_punctuation(url), accessed)


def _without_punctuation(url: str) -> str:
    """The URL without the punctuation of the sentence around it."""
    while url[-1:] in ".,;:!?'\"”’»…" or (
        url.endswith((")", "]")) and url.count(")") + url.count("]") > url.count("(")
    ):
        url = url[:-1]
    return url


def _day(words: str) -> date | None:
    """The day that a text begins with, perhaps after one other word; of shorter and shorter texts, the first that is
    one."""
    parts = words.replace("ngày", " ").split()
    for first in (0, 1):
        for last in range(len(parts), first, -1):
            if day := _as_day(" ".join(parts[first:last]).strip(" .,;:)]")):
                return day
    return None


def _as_day(text: str) -> date | None:
    from dateparser import parse

    try:
        return date.fromisoformat(text)
    except ValueError:
        settings = {"DATE_ORDER": "DMY", "REQUIRE_PARTS": ["day", "month", "year"]}
        moment: datetime | None = parse(text, languages=_LANGUAGES, settings=settings)
        return moment.date() if moment else None


def _text_passages(path: Path) -> Iterator[str]:
    yield from path.read_text("utf-8", errors="replace").splitlines()


def _bibtex_passages(path: Path) -> Iterator[str]:
    """One passage an entry: url, urldate and note, without the commands that wrap them."""
    for entry in re.split(r"(?m)^\s*@", path.read_text("utf-8", errors="replace")):
        plain = re.sub(r"\\(?:url|href)\s*", "", entry).replace("\\_", "_").replace("\\%", "%").replace("\\&", "&")
        yield " ".join(re.sub(r"[{}\"]", " ", plain).replace("\\#", "#").split())


def _html_passages(path: Path) -> Iterator[str]:
    """One passage a link: its address, and the text of the paragraph or list item around it."""
    document = etree.HTML(path.read_bytes() or b"<p></p>", etree.HTMLParser(no_network=True, encoding="utf-8"))
    for link in document.iter("a"):
        if not _URL.match(address := (link.get("href") or "").strip()):
            continue
        around = next(link.iterancestors("p", "li", "td", "dd", "blockquote", "div"), link)
        yield f"{address} {_URL.sub(' ', ' '.join(''.join(str(text) for text in around.itertext()).split())[:2_000])}"


def _docx_passages(path: Path) -> Iterator[str]:
    """One passage a paragraph of the text, its footnotes and endnotes, with the targets of its links."""
    with zipfile.ZipFile(path) as document:
        for part in ("document", "footnotes", "endnotes"):
            if f"word/{part}.xml" not in document.namelist():
                if part == "document":
                    raise ValueError("it is no Word document")
                continue
            relations = f"word/_rels/{part}.xml.rels"
            related = _parsed(document, relations) if relations in document.namelist() else ()
            targets = {str(relation.get("Id")): str(relation.get("Target")) for relation in related}
            for paragraph in _parsed(document, f"word/{part}.xml").iter(f"{_WORD}p"):
                text = "".join(str(run.text or "") for run in paragraph.iter(f"{_WORD}t"))
                linked = [targets.get(str(link.get(_RELATION)), "") for link in paragraph.iter(f"{_WORD}hyperlink")]
                yield " ".join([text, *(target for target in linked if target and target not in text)])


def _parsed(document: zipfile.ZipFile, name: str) -> etree._Element:
    with document.open(name) as file:
        content = file.read(_LONGEST + 1)
    if len(content) > _LONGEST:
        raise ValueError(f"{name} unpacks to more than {_LONGEST >> 20} MB")
    return etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))


_PASSAGES = {
    ".bib": _bibtex_passages, ".docx": _docx_passages, ".html": _html_passages, ".htm": _html_passages,
}  # fmt: skip
