"""Parses CDX server responses of every kind: the Wayback Machine's table (a JSON array of arrays, with a resumption
key), pywb's and Common Crawl's JSON lines, and lines of 7, 9 or 11 fields, with or without a legend line
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
from archive.model.urls import with_plain_host
from archive.model.validation import shown

_LEGEND_BY_FIELD_COUNT = {7: "NbamskS", 9: "NbamskrVg", 11: "NbamskrMSVg"}
_FIELD_NAMES = {"a": "original", "b": "timestamp", "m": "mimetype", "s": "statuscode", "k": "digest"}


@dataclass(frozen=True, slots=True)
class CdxLine:
    """One capture in another archive's index. facts: all fields of its line."""

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
class CdxPage:
    """A parsed CDX response. next: the resumption key of the next page, None on the last. odd: the error of each
    invalid line."""

    lines: list[CdxLine]
    next: str | None = None
    odd: tuple[str, ...] = ()


def parse(body: bytes) -> CdxPage:
    """Parses a response line by line; an invalid line becomes an error in `odd` and does not stop the others.

    Raises LuubaoError for a body that is no CDX response.
    """
    text = body.decode("utf-8", "replace").strip()
    rows, resume = _json_array_rows(text) if text.startswith("[") else (_text_rows(text), None)
    lines, odd = [], []
    for row in rows:
        try:
            if (line := _parse_row(row)) is not None:
                lines.append(line)
        except BadValue as error:
            odd.append(str(error))
    if odd and not lines and not text.startswith("["):
        raise LuubaoError(f"what the index answered cannot be understood: {shown(text)} ({odd[0]})")
    return CdxPage(lines, resume, tuple(odd))


def _json_array_rows(text: str) -> tuple[list[Any], str | None]:
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise LuubaoError(f"what the index answered cannot be understood: {shown(text)} ({error})") from error
    if not rows:
        return [], None
    columns, resume, records = rows[0], None, []
    if not isinstance(columns, list) or not all(isinstance(name, str) for name in columns):
        raise LuubaoError(f"what the index answered cannot be understood: {shown(text)} (no names of columns)")
    for number, row in enumerate(rows[1:], 1):
        if not row:  # an empty row, then the resumption key
            following = rows[number + 1] if number + 1 < len(rows) else None
            resume = following[0] if isinstance(following, list) and following else None
            break
        records.append(dict(zip(columns, row, strict=False)) if isinstance(row, list) else row)
    return records, str(resume) if resume else None


def _text_rows(text: str) -> list[Any]:
    legend, records = "", list[Any]()
    for line in filter(None, map(str.strip, text.splitlines())):
        if line.startswith("CDX "):
            legend = line[4:].replace(" ", "")
        elif "{" in line and not legend:
            records.append(line)
        else:
            fields = line.split()
            letters = legend or _LEGEND_BY_FIELD_COUNT.get(len(fields), "")
            facts = dict(zip(map(_FIELD_NAMES.get, letters), fields, strict=False))
            records.append(facts if len(letters) == len(fields) else line)
    return records


def _row_fields(row: Any) -> dict[str, Any]:
    """The fields of a table row, or of a JSON line with or without urlkey and timestamp before it. Raises BadValue."""
    if isinstance(row, dict):
        return row
    before, brace, rest = str(row).partition("{")
    facts = validation.json_object(brace + rest)
    words = before.split()
    return {"timestamp": words[1], **facts} if len(words) >= 2 else facts


def _parse_row(row: Any) -> CdxLine | None:
    """Parses a row; None for a URL that is not http(s). Raises BadValue for an invalid row."""
    facts = {
        validation.line(name): validation.line(str(value))
        for name, value in _row_fields(row).items()
        if name is not None
    }
    url, stamp = facts.get("original") or facts.get("url") or "", facts.get("timestamp", "")
    if not url.lower().startswith(("http://", "https://")):
        return None
    return CdxLine(validation.address(with_plain_host(url)), _parse_timestamp(stamp), stamp, facts)


def _parse_timestamp(stamp: str) -> datetime:
    try:
        moment = datetime.strptime(stamp[:14].ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        raise BadValue(f"{shown(stamp)} is no time of an index") from None
    return validation.moment(moment)
