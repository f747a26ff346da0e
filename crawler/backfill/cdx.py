"""Lines of a CDX server, of the kinds there are: the Wayback Machine's table (a JSON array of arrays, with a resumption
key), pywb's and Common Crawl's JSON lines, and lines of 7, 9 or 11 fields, with or without the line that names them
(https://archive.org/web/researcher/cdx_legend.php).

https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server and
https://pywb.readthedocs.io/en/latest/manual/cdxserver_api.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from archive.model import validation
from archive.model.errors import BadValue, LuubaoError
from archive.model.validation import shown

_LEGENDS = {7: "NbamskS", 9: "NbamskrVg", 11: "NbamskrMSVg"}
_FIELDS = {"a": "original", "b": "timestamp", "m": "mimetype", "s": "statuscode", "k": "digest"}


@dataclass(frozen=True, slots=True)
class Line:
    """One capture another archive has, with everything its line says."""

    url: str
    captured_at: datetime
    timestamp: str
    facts: dict[str, str]

    @property
    def status(self) -> str:
        return self.facts.get("statuscode") or self.facts.get("status") or "-"

    @property
    def media_type(self) -> str:
        return self.facts.get("mimetype") or self.facts.get("mime") or "-"


@dataclass(frozen=True, slots=True)
class Answer:
    """What an index answered. next: the key with which the next page is asked for, where there is one. odd: what is
    wrong with lines that cannot be."""

    lines: list[Line]
    next: str | None = None
    odd: tuple[str, ...] = ()


def parse(body: bytes) -> Answer:
    """The lines of an answer. Each stands alone: of one that cannot be, the reason is told.

    Raises LuubaoError for what is no such answer.
    """
    text = body.decode("utf-8", "replace").strip()
    rows, resume = _table(text) if text.startswith("[") else (_rows(text), None)
    lines, odd = [], []
    for row in rows:
        try:
            if (line := _line(row)) is not None:
                lines.append(line)
        except BadValue as error:
            odd.append(str(error))
    if odd and not lines and not text.startswith("["):
        raise LuubaoError(f"what the index answered cannot be understood: {shown(text)} ({odd[0]})")
    return Answer(lines, resume, tuple(odd))


def _table(text: str) -> tuple[list[Any], str | None]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LuubaoError(f"what the index answered cannot be understood: {shown(text)} ({error})") from error
    if not rows:
        return [], None
    names, resume, found = rows[0], None, []
    if not isinstance(names, list) or not all(isinstance(name, str) for name in names):
        raise LuubaoError(f"what the index answered cannot be understood: {shown(text)} (no names of columns)")
    for number, row in enumerate(rows[1:], 1):
        if not row:  # an empty row, then the key
            resume = rows[number + 1][0] if number + 1 < len(rows) and rows[number + 1] else None
            break
        found.append(dict(zip(names, row, strict=False)) if isinstance(row, list) else row)
    return found, str(resume) if resume else None


def _rows(text: str) -> list[Any]:
    names, found = "", list[Any]()
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("CDX "):
            names = line[4:].replace(" ", "")
        elif "{" in line and not names:
            found.append(line)
        else:
            fields = line.split()
            legend = names or _LEGENDS.get(len(fields), "")
            facts = dict(zip(map(_FIELDS.get, legend), fields, strict=False))
            found.append(facts if len(legend) == len(fields) else line)
    return found


def _facts(row: Any) -> dict[str, Any]:
    """A line of a table, or one of JSON, with or without key and time before it. Raises BadValue."""
    if isinstance(row, dict):
        return row
    before, brace, rest = str(row).partition("{")
    facts = validation.json_object(brace + rest)
    words = before.split()
    return {"timestamp": words[1], **facts} if len(words) >= 2 else facts


def _line(row: Any) -> Line | None:
    """A line; None for what is not of the web. Raises BadValue for one that cannot be."""
    facts = {
        validation.line(name): validation.line(str(value)) for name, value in _facts(row).items() if name is not None
    }
    url, stamp = facts.get("original") or facts.get("url") or "", facts.get("timestamp", "")
    if not url.lower().startswith(("http://", "https://")):
        return None
    return Line(validation.address(url), _moment(stamp), stamp, facts)


def _moment(stamp: str) -> datetime:
    try:
        moment = datetime.strptime(stamp[:14].ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise BadValue(f"{shown(stamp)} is no time of an index") from None
    return validation.moment(moment)
