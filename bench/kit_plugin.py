"""The reader as the evaluation kit's plug-in: `--plugin luubao=bench/kit_plugin.py:extract`."""

from __future__ import annotations

from typing import Any

from archive.extract.reader import read_page
from archive.model.records import Reading


def extract(html: str | bytes, url: str) -> dict[str, Any]:
    """What the kit scores: title, text (lead and body), published, authors, images."""
    reading = read_page(html, url)
    if not isinstance(reading, Reading):
        return {"title": None, "text": "", "published": None, "authors": [], "images": []}
    return {
        "title": reading.headline,
        "text": "\n\n".join(part for part in (reading.lead, reading.text) if part),
        "published": reading.published_at,
        "authors": list(reading.authors),
        "images": [{"url": one.url, "caption": one.caption, "credit": one.credit} for one in reading.images],
    }
