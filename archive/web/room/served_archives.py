"""The archives that one server serves: the first has its reading room at the root, each other one below its name."""

from __future__ import annotations

from typing import Any

from datasette.utils import tilde_decode, tilde_encode


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
