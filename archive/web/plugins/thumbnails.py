"""A plugin for Datasette: thumbnails are shown, pictures are links, where their folder is served."""

from __future__ import annotations

import re
from typing import Any

from markupsafe import Markup
from pluggy import HookimplMarker

hookimpl = HookimplMarker("datasette")

# as archive.model.records.Picture names them; nothing else that a column may hold becomes markup
_THUMBNAIL = re.compile(r"thumbnails/[0-9a-f]{2}/[0-9a-f]{64}\.jpg")
_PICTURE = re.compile(r"sha256/[0-9a-f]{2}/[0-9a-f]{64}\.[a-z]{3,4}")


@hookimpl
def render_cell(value: Any, datasette: Any) -> Markup | None:
    """The path of a stored file as what it stands for; None leaves a cell to Datasette."""
    if not isinstance(value, str) or not any(mount.startswith("-/pictures/") for mount, _ in datasette.static_mounts):
        return None
    address = datasette.urls.path(f"/-/pictures/{value}")
    if _THUMBNAIL.fullmatch(value):
        return Markup('<img src="{}" alt="" loading="lazy" width="160">').format(address)
    if _PICTURE.fullmatch(value):
        return Markup('<a href="{}">{}</a>').format(address, value)
    return None
