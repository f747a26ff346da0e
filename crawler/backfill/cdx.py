"""Lines of a CDX server, of the kinds there are: the Wayback Machine's table (a JSON array of arrays, with a resumption
key), and pywb's and Common Crawl's JSON lines.

https://github.com/internetarchive/wayback/tree/master/wayback-cdx-server and
https://pywb.readthedocs.io/en/latest/manual/cdxserver_api.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from archive.errors import LuubaoError


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


def parse(body: bytes) -> tuple[list[Line], str | None]:
    """The lines of an answer, and the key with which the next page is asked for, where there is one.

    Raises LuubaoError for what is no such answer.
    """
    text = body.decode("utf-8", "replace").strip()
    if not text:
        return [], None
    try:
        if text.startswith("["):
            return _table(json.loads(text))
        return [line for one in text.splitlines() if one.strip() and (line := _line(_facts(one)))], None
    except (ValueError, KeyError, TypeError) as error:
        raise LuubaoError(f"what the index answered cannot be understood: {text[:80]!r} ({error})") from error


def _table(rows: list[list[str]]) -> tuple[list[Line], str | None]:
    if not rows:
        return [], None
    names, resume, found = rows[0], None, []
    for number, row in enumerate(rows[1:], 1):
        if not row:  # an empty row, then the key
            resume = rows[number + 1][0] if number + 1 < len(rows) else None
            break
        if line := _line(dict(zip(names, row, strict=False))):
            found.append(line)
    return found, resume


def _facts(text: str) -> dict[str, Any]:
    """A line of JSON, with or without key and time before it."""
    start = text.index("{")
    facts = {name: str(value) for name, value in json.loads(text[start:]).items()}
    before = text[:start].split()
    return {"timestamp": before[1], **facts} if len(before) >= 2 else facts


def _line(facts: dict[str, str]) -> Line | None:
    url, stamp = facts.get("original") or facts.get("url"), facts["timestamp"]
    try:
        moment = datetime.strptime(stamp[:14].ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    except ValueError:
        return None
    return Line(url, moment, stamp, facts) if url and url.startswith(("http://", "https://")) else None
