"""Whether a newspaper announced an edit: by a note to its readers, or by the modified time of the article."""

from __future__ import annotations

import re
from typing import Literal

from archive.model.records import Reading

Announcement = Literal["note", "time", "none"]
"""`note`: the new text has a note of a correction or an update that the old one lacks. `time`: without such a note, the
page's modified time is another. `none`: neither, so that readers could not know of the edit."""

# The beginnings of such notes in house styles of Vietnamese, English, French, German and Spanish papers.
_NOTE = re.compile(
    r"^\W*(?:(?:đính|cải) chính\b|cáo lỗi\b|cập nhật(?: lúc\b.*)?\s*[:\])]"
    r"|(?:bài (?:viết|báo)|bản tin|tin)\b.{0,20}\bđã được (?:cập nhật|(?:chỉnh )?sửa)"
    r"|correction\b|clarification\b|corrected\b|update[ds]?\s*[:\])(,]|updated (?:on|at)\b|editor[’']s note\b"
    r"|this (?:article|story|piece|post|headline)\b.{0,40}\b(?:updated|corrected|amended|edited|revised)\b"
    r"|an earlier version of this\b|erratum\b|rectificatif\b|mise à jour\b"
    r"|cet article a été (?:modifié|corrigé|mis à jour)"
    r"|korrektur\b|anm(?:\.|erkung) der redaktion\b|in einer früheren (?:version|fassung)\b"
    r"|fe de errores\b|correcci[óo]n\b|actualización\s*:"
    r"|(?:este artículo|esta noticia) ha sido (?:actualizad|corregid))",
    re.IGNORECASE,
)
_LONGEST_BEGINNING = 200  # characters of a paragraph in which a note begins


def announcement(old: Reading, new: Reading) -> Announcement:
    """How the newspaper announced the edit from the old reading to the new one."""
    former = set(_lines(old))
    if any(line not in former and _NOTE.match(line[:_LONGEST_BEGINNING]) for line in _lines(new)):
        return "note"
    return "time" if new.modified_at is not None and new.modified_at != old.modified_at else "none"


def _lines(reading: Reading) -> list[str]:
    """Headline, kicker, lead and the paragraphs."""
    texts = (reading.headline, reading.kicker or "", reading.lead or "", *(block.text for block in reading.blocks))
    return [line for text in texts for line in text.splitlines()]
