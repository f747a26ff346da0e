"""One crawl of an outlet into an archive at a time, by whatever name the archive is called."""

from __future__ import annotations

from pathlib import Path

import pytest

from archive.errors import ArchiveUnusable
from archive.lock import Locked, outlet_lock


def test_a_link_to_the_archive_shares_its_lock(path: Path, tmp_path: Path) -> None:
    path.touch()
    link = tmp_path / "link.db"
    link.symlink_to(path)
    with outlet_lock(path, "bao"), pytest.raises(Locked), outlet_lock(link, "bao"):
        pass


def test_another_outlet_is_not_locked(path: Path) -> None:
    with outlet_lock(path, "bao"), outlet_lock(path, "baokhac"):
        pass


@pytest.mark.parametrize("where", ["missing/archive.db", "file/archive.db"])
def test_where_nothing_can_be_written_is_a_sentence(tmp_path: Path, where: str) -> None:
    (tmp_path / "file").touch()
    with (
        pytest.raises(ArchiveUnusable, match=r"nothing can be written in .*Name another file"),
        outlet_lock(tmp_path / where, "bao"),
    ):
        pass
