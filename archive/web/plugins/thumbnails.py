"""Datasette plugin: shows thumbnails as images and pictures as links, where their folder is served."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup
from pluggy import HookimplMarker

from archive.web.room.served_archives import picture_address

hookimpl = HookimplMarker("datasette")

# paths as archive.model.paths makes them; no other value of a column becomes markup
_THUMBNAIL = re.compile(r"thumbnails/[0-9a-f]{2}/[0-9a-f]{64}\.jpg")
_PICTURE = re.compile(r"sha256/[0-9a-f]{2}/[0-9a-f]{64}\.[a-z]{3,4}")


@hookimpl
def render_cell(value: Any, database: str, datasette: Any) -> Markup | None:
    """The path of a stored picture as an image or a link; None leaves the cell to Datasette."""
    if not isinstance(value, str) or not (address := picture_address(datasette, database, value)):
        return None
    if _THUMBNAIL.fullmatch(value):
        return Markup('<img src="{}" alt="" loading="lazy" width="160">').format(address)
    if _PICTURE.fullmatch(value):
        return Markup('<a href="{}">{}</a>').format(address, value)
    return None
