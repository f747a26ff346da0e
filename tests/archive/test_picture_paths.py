"""Where the files of pictures lie: by digest and kind alone, and never through a link."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from archive.model.digests import digest_of
from archive.model.errors import BadValue, LuubaoError
from archive.model.paths import (
    ENDINGS,
    PicturePaths,
    misplaced,
    named,
    picture_place,
    shown_place,
    thumbnail_place,
    withheld,
)
from archive.pictures.image_files import sniff
from archive.storage import picture_files

DIGITS = "ab" + "0" * 62
DIGEST = f"sha256:{DIGITS}"
JPEG = b"\xff\xd8\xff and so on"
NAME = picture_place(digest_of(JPEG), "image/jpeg")


def test_a_place_follows_from_digest_and_kind() -> None:
    assert picture_place(DIGEST, "image/jpeg") == f"sha256/ab/{DIGITS}.jpg"
    assert picture_place(DIGEST, "image/svg+xml") == f"unserved/sha256/ab/{DIGITS}.svg"
    assert thumbnail_place(DIGEST) == f"thumbnails/ab/{DIGITS}.jpg"
    assert withheld(thumbnail_place(DIGEST)) == f"withheld/thumbnails/ab/{DIGITS}.jpg"


@pytest.mark.parametrize("digest", ["sha256:../../../x", "../x", "sha256:" + "AB" * 32, "", None, DIGEST + "\n"])
def test_what_is_no_digest_has_no_place(digest: object) -> None:
    with pytest.raises(BadValue):
        picture_place(digest, "image/jpeg")
    with pytest.raises(BadValue):
        thumbnail_place(digest)


@pytest.mark.parametrize("kind", ["text/html", "image/../../x", "", None])
def test_what_is_no_kind_of_picture_has_no_place(kind: object) -> None:
    with pytest.raises(BadValue):
        picture_place(DIGEST, kind)


def test_a_row_says_only_which_of_its_places_are_meant() -> None:
    own = PicturePaths(picture_place(DIGEST, "image/png"), thumbnail_place(DIGEST))
    assert shown_place(DIGEST, "image/png", "/etc/passwd", "../../x") == own
    assert shown_place(DIGEST, "image/png", own.path, None) == PicturePaths(own.path, None)
    assert shown_place(DIGEST, "image/png", "withheld/../x", None) is None
    assert shown_place(DIGEST, "image/png", "destroyed", None) is None
    assert misplaced(DIGEST, "image/png", withheld(own.path), withheld(own.thumbnail or "")) is None
    assert misplaced(DIGEST, "image/png", "/etc/passwd", None) == "path"
    assert misplaced(DIGEST, "image/png", own.path, "../../x") == "thumbnail"


@pytest.mark.parametrize("kind", ENDINGS)
def test_the_name_of_a_file_says_whose_it_is(kind: str) -> None:
    for name in (picture_place(DIGEST, kind), withheld(picture_place(DIGEST, kind))):
        found = named(name)
        assert found and (found.digest, found.is_thumbnail) == (DIGEST, False)


@pytest.mark.parametrize(
    "name",
    [
        f"sha256/ac/{DIGITS}.jpg", f"sha256/ab/{DIGITS}.html", f"sha256/ab/../ab/{DIGITS}.jpg", f"/sha256/ab/{DIGITS}.jpg",
        f"sha256/ab/{DIGITS}.jpg\n", f"thumbnails/ab/{DIGITS}.png", f"withheld/withheld/sha256/ab/{DIGITS}.jpg",
        "luubao.toml", "../x", "",
    ],
)  # fmt: skip
def test_nothing_else_is_called_so(name: str) -> None:
    assert named(name) is None


def test_every_kind_that_is_told_by_first_bytes_has_a_place() -> None:
    told = {b"\xff\xd8\xff": "image/jpeg", b"GIF89a": "image/gif", b"II*\0": "image/tiff", b"<svg >": "image/svg+xml"}
    assert {sniff(data) for data in told} == set(told.values()) <= set(ENDINGS)


def test_files_are_written_read_hidden_and_removed(tmp_path: Path) -> None:
    picture_files.put_file(tmp_path / "new", NAME, JPEG)
    picture_files.hard_link(tmp_path / "new", NAME, withheld(NAME))
    assert sorted(picture_files.files_of(tmp_path / "new")) == sorted([NAME, withheld(NAME)])
    picture_files.remove_file(tmp_path / "new", NAME)
    assert (
        list(picture_files.files_of(tmp_path / "new"))
        == list(picture_files.files_of(tmp_path / "new", "withheld"))
        == [withheld(NAME)]
    )
    assert picture_files.verified_file(tmp_path / "new", withheld(NAME), digest_of(JPEG)) == JPEG
    assert picture_files.verified_file(tmp_path / "new", withheld(NAME), DIGEST) is None


def test_a_link_is_neither_read_nor_written_through_nor_removed_behind(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    picture_files.put_file(outside, NAME, JPEG)
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "sha256").symlink_to(outside / "sha256")
    here = tmp_path / "here"
    assert picture_files.plain_file(here, NAME) is None and not picture_files.has_file(here, NAME)
    picture_files.remove_file(here, NAME)
    with pytest.raises(LuubaoError, match=r"sha256 is a link, which is never followed"):
        picture_files.put_file(here, NAME, JPEG + b"more")
    assert picture_files.plain_file(outside, NAME) == JPEG
    assert list(picture_files.files_of(here)) == list(picture_files.files_of(here, "sha256")) == []


@pytest.mark.parametrize("what", ["a folder", "a pipe", "a socket"])
def test_what_is_no_file_is_not_read(what: str, tmp_path: Path) -> None:
    place = tmp_path / NAME
    place.parent.mkdir(parents=True)
    if what == "a socket":
        os.mknod(place, 0o600 | stat.S_IFSOCK)
    else:
        {"a folder": place.mkdir, "a pipe": lambda: os.mkfifo(place)}[what]()
    assert picture_files.plain_file(tmp_path, NAME) is None and not picture_files.has_file(tmp_path, NAME)


def test_the_folder_itself_may_be_a_link(tmp_path: Path) -> None:
    picture_files.put_file(tmp_path / "disk", NAME, JPEG)
    (tmp_path / "here").symlink_to(tmp_path / "disk")
    assert picture_files.plain_file(tmp_path / "here", NAME) == JPEG
