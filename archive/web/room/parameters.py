"""Parses a request: its query parameters (and says of those that cannot be used why), and the archive that it is about.

Of the archives that one server serves, the first has its reading room at the root, each other one below its name.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from datetime import date
from typing import Any

from datasette.utils import tilde_decode, tilde_encode

from archive.model.errors import LuubaoError
from archive.web.room import translations

HIGHEST_ID = 10**9 - 1
_LONGEST, _LONGEST_QUOTED = 2_000, 60
# Control characters but white space, lone surrogates, and what stands for bytes that are no UTF-8.
_UNREADABLE = re.compile(r"[\x00-\x08\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffd]")


class BadParameter(LuubaoError):
    """Raised for a query parameter that cannot be used. key, values: of the text that says so."""

    def __init__(self, key: str, **values: object) -> None:
        super().__init__(key)
        self.key, self.values = key, values


def single(name: str, values: Sequence[str]) -> str:
    """The value of a parameter, in NFC and on one line; empty when absent. Raises BadParameter where it is given twice
    with different values, is too long, or contains characters that nobody types."""
    if len(set(values)) > 1:
        raise BadParameter("refusal.twice", name=name)
    value = "".join(values[:1])
    if len(value) > _LONGEST:
        raise BadParameter("refusal.long", name=name, most=_LONGEST)
    if _UNREADABLE.search(value):
        raise BadParameter("refusal.unreadable", name=name)
    return unicodedata.normalize("NFC", " ".join(value.split()))


def day(text: str, *, last: bool = False) -> date:
    """A day as people write it; for a month or year its first, or with `last` its last. Raises BadParameter for
    anything else."""
    if (parsed := translations.day_in(text, last=last)) is None:
        raise BadParameter("refusal.no_day", day=quoted(text))
    return parsed


def quoted(text: str) -> str:
    """What a reader typed, for a sentence: its beginning, without characters that are not seen or turn others round."""
    return "".join(character for character in text if unicodedata.category(character)[0] != "C")[:_LONGEST_QUOTED]


def archive_names(datasette: Any) -> list[str]:
    """The names of the archives that are served. Datasette's own databases, of which one queries across archives, come
    before them."""
    return [name for name in datasette.databases if name not in ("_memory", "_internal")]


def prefix_of(datasette: Any, archive: str) -> str:
    """What the paths of an archive's room begin with: nothing for the first archive, its name for another one."""
    return "" if archive == archive_names(datasette)[0] else f"/{tilde_encode(archive)}"


def room_path(datasette: Any, archive: str, path: str) -> str:
    prefix = prefix_of(datasette, archive)
    return str(datasette.urls.path(f"{prefix}/-/" if prefix and path == "/" else f"{prefix}{path}"))


def picture_address(datasette: Any, archive: str, path: str) -> str | None:
    """Where a stored picture of an archive is served; None where its picture folder is not."""
    folder = f"{prefix_of(datasette, archive)}/-/pictures"
    mounted = any(f"/{mount}".startswith(f"{folder}/") for mount, _ in datasette.static_mounts)
    return str(datasette.urls.path(f"{folder}/{path}")) if mounted else None


def requested_archive(datasette: Any, request: Any) -> str:
    """The archive that a URL of a room names by its first segment; the first one where it names none."""
    names = archive_names(datasette)
    first, _, rest = request.path.removeprefix(datasette.setting("base_url")).lstrip("/").partition("/")
    name = tilde_decode(first)
    return name if name in names and rest.partition("/")[0] in ("-", "cdx", "web") else names[0]


def names_another(request: Any, archive: str) -> bool:
    """Whether a URL of a room names an archive that is not served."""
    return bool(request.url_vars.get("archive", tilde_encode(archive)) != tilde_encode(archive))
