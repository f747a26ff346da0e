"""The real Datasette with the room's plugins, asked in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from datasette.app import Datasette

from archive.web.configuration import PLUGINS, SETTINGS, STATIC, TEMPLATES, metadata
from tests.support import run_async


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: dict[str, str]

    def json(self) -> Any:
        return json.loads(self.text)


def room_on(archive: Path, pictures: Path | None = None, *others: Path, **given: Any) -> Callable[..., Answer]:
    """A function that asks the reading room for a path, with headers, as `luubao serve` would answer."""
    mounts = [("-/luubao", str(STATIC))]
    mounts += [(f"-/pictures/{name}", str(pictures / name)) for name in ("sha256", "thumbnails") if pictures]
    served = Datasette(
        [str(archive), *map(str, others)], metadata=metadata(archive, "127.0.0.1", others=others, **given),
        plugins_dir=str(PLUGINS), template_dir=str(TEMPLATES), static_mounts=mounts, settings={
            name: value == "on" if value in ("on", "off") else int(value) for name, value in SETTINGS.items()
        },
    )  # fmt: skip

    def asked(path: str, **headers: str) -> Answer:
        async def ask() -> Answer:
            got = await served.client.get(path, headers={"accept-language": "vi", **headers}, follow_redirects=False)
            return Answer(got.status_code, got.text, dict(got.headers))

        return run_async(ask())

    return asked
