"""The pictures of articles, over real HTTP: what is asked for, what is kept, what is an edit."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw

from archive import open_archive
from archive.model.clock import now
from archive.pipeline.verification import verify
from archive.storage.connection import transaction
from crawler.demo.server import Newspaper
from tests import killable_commands
from tests.crawler.serving import LUUBAO, Answer, Crawled, Site, article, crawl, front, moved, rules, served
from tests.invariants import ask


def painted(seed: int, width: int = 320, height: int = 200, kind: str = "JPEG", quality: int = 90) -> bytes:
    """Four fields of colour and a disc, another for every seed."""
    image = Image.new("RGB", (width, height))
    draw = ImageDraw.Draw(image)
    for n in range(4):
        left, top = (n % 2) * width // 2, (n // 2) * height // 2
        colour = tuple((seed * 61 + n * 83 + c * 47) % 256 for c in range(3))
        draw.rectangle([left, top, left + width // 2, top + height // 2], fill=colour)
    x = (seed * 37) % (width // 2)
    draw.ellipse([x, height // 4, x + height // 2, height * 3 // 4], fill=(250, 250, 250))
    file = BytesIO()
    image.save(file, kind, quality=quality)
    return file.getvalue()


def resized(data: bytes, width: int, height: int) -> bytes:
    file = BytesIO()
    with Image.open(BytesIO(data)) as image:
        image.resize((width, height)).save(file, "JPEG", quality=80)
    return file.getvalue()


def sha256(data: bytes) -> str:
    return "sha256:" + hashlib.sha256(data).hexdigest()


def jpeg(data: bytes, **headers: str) -> Answer:
    return Answer(data, headers=(("Content-Type", b"image/jpeg"), *((n, v.encode()) for n, v in headers.items())))


def showing(*addresses: str, headline: str = "Cầu mới") -> Answer:
    figures = "".join(
        f'</p><figure><img src="{one}"><figcaption>Cầu. Ảnh: Hà Thu</figcaption></figure><p>' for one in addresses
    )
    return article(headline, f"Sáng nay cầu thông xe.{figures}")


@dataclass
class Archive:
    """One archive, crawled again and again; pictures are due at once, as the demo's are."""

    path: Path

    def crawl(self, site: Site, *options: str) -> Crawled:
        done = crawl(site.base_url, self.path, *options)
        assert done.code == 0, done.told
        assert done.told == ""
        return done

    def ask(self, question: str) -> list[Any]:
        return [row[0] if len(row) == 1 else row for row in ask(self.path, question)]

    def outcomes(self) -> list[Any]:
        return self.ask("SELECT outcome FROM picture_captures ORDER BY id")

    def shown(self) -> list[Any]:
        """Number of the version, what changed, and the digest of its first picture."""
        return self.ask(
            "SELECT number, changed, pictures.digest FROM versions JOIN version_images ON version_id = versions.id"
            " LEFT JOIN pictures ON pictures.id = picture_id WHERE position = 1 ORDER BY versions.id"
        )

    @property
    def folder(self) -> Path:
        return self.path.with_name(self.path.name + ".pictures")

    def files(self) -> list[str]:
        return sorted(str(one.relative_to(self.folder)) for one in self.folder.rglob("*") if one.is_file())


@pytest.fixture
def archive(path: Path) -> Archive:
    return Archive(path)


def site_of(picture: Answer, **more: Answer) -> dict[str, Answer]:
    return {"/": front("/a-1.htm"), "/a-1.htm": showing("/anh/cau.jpg"), "/anh/cau.jpg": picture, **more}


def test_a_picture_is_stored_as_it_came_under_its_digest(archive: Archive) -> None:
    data = painted(1, 900, 600)
    with served(site_of(jpeg(data))) as site:
        done = archive.crawl(site)
    name = hashlib.sha256(data).hexdigest()
    assert archive.files() == [f"sha256/{name[:2]}/{name}.jpg", f"thumbnails/{name[:2]}/{name}.jpg"]
    assert (archive.folder / f"sha256/{name[:2]}/{name}.jpg").read_bytes() == data
    with Image.open(archive.folder / f"thumbnails/{name[:2]}/{name}.jpg") as thumbnail:
        assert (thumbnail.size, thumbnail.format) == ((480, 320), "JPEG")
    assert archive.ask("SELECT digest, size, media_type, width, height FROM pictures") == [
        (sha256(data), len(data), "image/jpeg", 900, 600)
    ]
    assert archive.shown() == [(1, None, sha256(data))]
    assert done.summary["counts"]["pictures"] == 1


def test_a_304_costs_nothing_and_is_recorded(archive: Archive) -> None:
    with served(site_of(jpeg(painted(1), ETag='"v1"', **{"Last-Modified": "Mon, 18 May 2026 00:00:00 GMT"}))) as site:
        archive.crawl(site)
        site.answers = site_of(Answer(status=304))
        archive.crawl(site)
        asked = [headers for path, headers in site.asked if path == "/anh/cau.jpg"]
    assert [(one.get("If-None-Match"), one.get("If-Modified-Since")) for one in asked] == [
        (None, None),
        ('"v1"', "Mon, 18 May 2026 00:00:00 GMT"),
    ]
    assert archive.outcomes() == ["fresh", "not-modified"]
    assert archive.ask("SELECT DISTINCT picture_id FROM picture_captures") == [1]
    assert archive.ask("SELECT count(*) FROM versions") == [1]


def test_a_picture_the_store_has_lost_is_asked_for_without_conditions(archive: Archive) -> None:
    with served(site_of(jpeg(painted(1), ETag='"v1"'))) as site:
        archive.crawl(site)
        before = archive.files()
        (archive.folder / before[0]).unlink()
        archive.crawl(site)
        asked = [headers for path, headers in site.asked if path == "/anh/cau.jpg"]
    assert [one.get("If-None-Match") for one in asked] == [None, None]
    assert archive.files() == before


def test_a_replaced_picture_is_a_version_of_every_article_that_shows_it(archive: Archive) -> None:
    old, new = painted(1), painted(2)
    pages = {
        "/": front("/a-1.htm", "/b-2.htm", "/c-3.htm"),
        "/c-3.htm": article("Chợ phiên", "Chợ họp từ bốn giờ sáng."),
    }
    pages |= {
        "/a-1.htm": showing("/anh/cau.jpg"),
        "/b-2.htm": showing("/anh/khac.jpg", "/anh/cau.jpg", headline="Đò xưa"),
    }
    pages |= {"/anh/khac.jpg": jpeg(painted(3))}
    with served(pages | {"/anh/cau.jpg": jpeg(old)}) as site:
        archive.crawl(site)
        site.answers = pages | {"/anh/cau.jpg": jpeg(new)}
        done = archive.crawl(site)
        assert done.summary["counts"]["pictures-replaced"] == 1
        quiet = archive.crawl(site)  # nothing has changed since
    assert "pictures-replaced" not in {name for name, count in quiet.summary["counts"].items() if count}
    edits = archive.ask("SELECT url, number, changed FROM edits ORDER BY url")
    assert edits == [(f"{site.base_url}/a-1.htm", 2, "pictures"), (f"{site.base_url}/b-2.htm", 2, "pictures")]
    assert archive.ask("SELECT old_picture <> new_picture FROM replaced_pictures") == [1, 1]
    assert archive.ask("SELECT url FROM articles WHERE version_count = 1") == [f"{site.base_url}/c-3.htm"]
    assert {sha256(one) for one in (old, new, painted(3))} == set(archive.ask("SELECT digest FROM pictures"))


MOVES = {
    "another version": ("/anh/cau.jpg?v=1", "/anh/cau.jpg?v=2"),
    "another size in the path": ("/anh/cau-1024x640.jpg", "/anh/cau-800x500.jpg"),
    "another host": ("/anh/cau.jpg", "http://localhost:{port}/anh/cau.jpg"),
    "a signature": ("/anh/cau.jpg?s=aa", "/anh/cau.jpg?s=bb"),
}


@pytest.mark.parametrize("is_another", [False, True])
@pytest.mark.parametrize("kind", MOVES)
def test_a_picture_at_another_address_is_fetched_and_compared(
    archive: Archive, monkeypatch: pytest.MonkeyPatch, kind: str, is_another: bool
) -> None:
    """The page names the picture at another address, and the words stay: another picture there is an edit of this
    article alone, a copy is none. Replaced there, or put back to the first address, it is an edit again."""
    monkeypatch.setenv("LUUBAO_INSIDE", "localhost")
    old, new = painted(1), painted(2) if is_another else resized(painted(1), 160, 100)
    with served({}) as site:
        port = site.base_url.rpartition(":")[2]
        here, there = (address.format(port=port) for address in MOVES[kind])

        def answers(place: str, shown: bytes) -> dict[str, Any]:
            path = there.removeprefix(f"http://localhost:{port}")
            pages = {"/": front("/a-1.htm", "/b-2.htm"), "/b-2.htm": showing(here, headline="Đò xưa")}
            both = {path: lambda asked: jpeg(shown if path != here or "localhost" in asked["Host"] else old)}
            return pages | {here: jpeg(old), "/a-1.htm": showing(place)} | both

        for place, shown in ((here, new), (there, new), (there, new), (there, painted(3)), (here, painted(3))):
            site.answers = answers(place, shown)
            archive.crawl(site)
            with (
                open_archive(archive.path, create=True) as db,
                transaction(db),
            ):  # those known at their address are due again
                db.execute("UPDATE images SET due_at = first_seen_at WHERE url LIKE ?", [f"%{there}"])
            next_second()
    told = [sha256(old), *([sha256(new)] if is_another else []), sha256(painted(3)), sha256(old)]
    assert (
        archive.ask(
            "SELECT pictures.digest FROM versions JOIN version_images ON version_id = versions.id AND position = 1"
            " JOIN pictures ON pictures.id = picture_id JOIN articles ON articles.id = article_id"
            " WHERE articles.url LIKE '%a-1.htm' ORDER BY number"
        )
        == told
    )
    assert archive.ask("SELECT changed FROM edits") == ["pictures"] * (len(told) - 1)
    assert archive.ask("SELECT old_picture <> new_picture FROM replaced_pictures") == [1] * (len(told) - 1)
    with open_archive(archive.path) as db:
        assert [(one.where, one.what) for one in verify(db)] == []


def next_second() -> None:
    """Waits for it: a page and a picture of one second are of one visit."""
    began = now()
    while now() == began:
        time.sleep(0.01)


def test_after_a_replaced_picture_pages_are_compared_as_before(archive: Archive) -> None:
    """An unchanged page opens no version; an edited one carries the new picture over."""
    old, new = painted(1), painted(2)
    with served(site_of(jpeg(old))) as site:
        archive.crawl(site)
        site.answers = site_of(jpeg(new))
        archive.crawl(site)
        next_second()
        ticking = showing("/anh/cau.jpg")
        site.answers = site_of(jpeg(new)) | {
            "/a-1.htm": replace(ticking, body=ticking.body.replace(b"08:00", b"09:00"))
        }
        archive.crawl(site)
        assert archive.ask("SELECT count(*) FROM versions") == [2]
        next_second()
        site.answers = site_of(jpeg(new)) | {"/a-1.htm": showing("/anh/cau.jpg", headline="Cầu mới thông xe")}
        archive.crawl(site)
    assert archive.shown() == [
        (1, None, sha256(old)),
        (2, "pictures", sha256(new)),
        (3, "headline", sha256(new)),
    ]
    spans = archive.ask("SELECT first_seen_at, last_seen_at FROM version_spans ORDER BY version_id")
    assert all(first <= last for first, last in spans)
    assert all(earlier[1] <= later[0] for earlier, later in pairwise(spans))


COPIES = {
    "quality 40": painted(1, quality=40),
    "quality 75": painted(1, quality=75),
    "half the size": resized(painted(1), 160, 100),
    "a PNG": painted(1, kind="PNG"),
    "a WebP": painted(1, kind="WEBP"),
}


def test_a_copy_in_other_bytes_is_no_edit(archive: Archive) -> None:
    first, addresses = painted(1), [f"/anh/{n}.jpg" for n in range(len(COPIES))]
    pages = {"/": front("/a-1.htm"), "/a-1.htm": showing(*addresses)}
    with served(pages | {one: jpeg(first) for one in addresses}) as site:
        archive.crawl(site)
        site.answers = pages | {one: jpeg(copy) for one, copy in zip(addresses, COPIES.values(), strict=True)}
        archive.crawl(site)
    assert archive.outcomes() == ["fresh"] * 5 + ["recompressed"] * 5
    assert archive.shown() == [(1, None, sha256(first))]
    kept = set(archive.ask("SELECT digest FROM pictures"))
    assert kept == {sha256(one) for one in (first, *COPIES.values())}  # the bytes are kept all the same


NO_PICTURES = {
    "/anh/404.jpg": (Answer(b"<h1>404</h1>", 404), "gone", "status 404"),
    "/anh/410.jpg": (Answer(b"", 410), "gone", "status 410"),
    "/anh/403.jpg": (Answer(b"no", 403), "error", "status 403"),
    "/anh/trang.jpg": (
        Answer(b"<html>Page</html>", headers=(("Content-Type", b"image/jpeg"),)),
        "error",
        "not a picture: image/jpeg, 17 bytes",
    ),
    "/anh/rong.jpg": (Answer(b""), "error", "not a picture: of no declared kind, 0 bytes"),
    "/anh/vong.jpg": (moved("/anh/410.jpg"), "gone", "status 410"),
    "/anh/ftp.jpg": (moved("ftp://127.0.0.1/anh.jpg"), "error", "status 302, to ftp://127.0.0.1/anh.jpg"),
    "/anh/xoay.jpg": (moved("/anh/xoay.jpg?x"), "gone", "status 404"),
}


def test_what_is_no_picture_is_recorded_and_not_stored(archive: Archive) -> None:
    pages = {"/": front("/a-1.htm"), "/a-1.htm": showing(*NO_PICTURES)}
    with served(pages | {address: answer for address, (answer, _, _) in NO_PICTURES.items()}) as site:
        done = archive.crawl(site)
    recorded = archive.ask(
        "SELECT substr(url, ?), outcome, detail FROM picture_captures JOIN images ON images.id = image_id".replace(
            "?", str(len(site.base_url) + 1)
        )
    )
    assert sorted(recorded) == sorted(
        (address, outcome, detail) for address, (_, outcome, detail) in NO_PICTURES.items()
    )
    assert archive.ask("SELECT count(*) FROM pictures") == [0]
    assert archive.files() == []
    assert archive.shown() == [(1, None, None)]
    assert (done.summary["outcome"], done.summary["counts"]["pictures-failed"]) == ("ok", 8)


def test_a_picture_that_is_gone_is_still_what_the_version_showed(archive: Archive) -> None:
    data = painted(1)
    with served(site_of(jpeg(data))) as site:
        archive.crawl(site)
        site.answers = site_of(Answer(status=404))
        archive.crawl(site)
    assert archive.outcomes() == ["fresh", "gone"]
    assert archive.shown() == [(1, None, sha256(data))]


def test_what_robots_forbids_is_not_asked(archive: Archive) -> None:
    forbidding = {"/robots.txt": rules("User-agent: *\nDisallow: /anh/")}
    with served(site_of(jpeg(painted(1))) | forbidding) as site:
        done = archive.crawl(site)
    assert "/anh/cau.jpg" not in site.log
    assert archive.ask("SELECT outcome, status FROM picture_captures") == [("forbidden", None)]
    assert done.summary["counts"]["pictures-forbidden"] == 1


def test_another_host_has_rules_of_its_own(archive: Archive, monkeypatch: pytest.MonkeyPatch) -> None:
    """localhost stands for the paper's host of pictures, 127.0.0.1 for the paper."""
    monkeypatch.setenv("LUUBAO_INSIDE", "localhost")
    with served({"/anh/cau.jpg": jpeg(painted(1)), "/kin/do.jpg": jpeg(painted(2))}) as other:
        elsewhere = other.base_url.replace("127.0.0.1", "localhost")
        other.answers = {**other.answers, "/robots.txt": rules("User-agent: *\nDisallow: /kin/")}
        pages = {"/": front("/a-1.htm"), "/a-1.htm": showing(f"{elsewhere}/anh/cau.jpg", f"{elsewhere}/kin/do.jpg")}
        with served(pages) as site:
            archive.crawl(site)
    assert other.log == ["/robots.txt", "/anh/cau.jpg"]
    assert sorted(archive.outcomes()) == ["forbidden", "fresh"]


def slow_site_of(pictures: int, delay: str) -> dict[str, Answer]:
    shown = {f"/anh/{n}.jpg": jpeg(painted(n)) for n in range(pictures)}
    pages = {"/": front("/a-1.htm"), "/a-1.htm": showing(*shown)}
    return pages | shown | {"/robots.txt": rules(f"User-agent: *\nCrawl-delay: {delay}")}


def test_the_delay_is_kept_for_pictures_too(archive: Archive) -> None:
    with served(slow_site_of(4, "0.2")) as site:
        archive.crawl(site)
    gaps = [later - earlier for earlier, later in pairwise(site.times)]
    assert len(archive.outcomes()) == 4
    assert min(gaps[1:]) >= 0.18


def test_a_redirected_picture_is_followed_and_asked_conditionally_where_it_lies(archive: Archive) -> None:
    lies = {"/kho/1.jpg": jpeg(painted(1), ETag='"v1"')}
    with served(site_of(moved("/kho/1.jpg"), **lies)) as site:
        archive.crawl(site)
        archive.crawl(site)
        asked = [
            (path, headers.get("If-None-Match")) for path, headers in site.asked if path.startswith(("/kho", "/anh"))
        ]
    assert asked == [("/anh/cau.jpg", None), ("/kho/1.jpg", None), ("/anh/cau.jpg", None), ("/kho/1.jpg", '"v1"')]
    assert archive.ask("SELECT DISTINCT final_url FROM picture_captures") == [f"{site.base_url}/kho/1.jpg"]


def test_an_oversized_picture_is_an_error(archive: Archive) -> None:
    big = painted(1) + b"\0" * (33 * 1024 * 1024)
    with served(site_of(jpeg(big))) as site:
        done = crawl(site.base_url, archive.path)
    assert done.code == 0, done.told
    assert "Traceback" not in done.told
    ((outcome, picture, detail),) = archive.ask("SELECT outcome, picture_id, detail FROM picture_captures")
    assert (outcome, picture) == ("error", None) and "bytes are declared, at most" in detail
    assert archive.files() == []


def test_an_svg_is_kept_where_no_server_reaches(archive: Archive) -> None:
    drawing = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
    with served(site_of(Answer(drawing, headers=(("Content-Type", b"image/svg+xml"),)))) as site:
        archive.crawl(site)
    (file,) = archive.files()
    assert file.startswith("unserved/sha256/") and file.endswith(".svg")
    assert (archive.folder / file).read_bytes() == drawing


def test_a_picture_of_many_articles_is_fetched_once(archive: Archive) -> None:
    pages = {f"/a-{n}.htm": showing("/anh/cau.jpg", headline=f"Bài số {n} về cầu") for n in range(5)}
    with served({"/": front(*pages), "/anh/cau.jpg": jpeg(painted(1)), **pages}) as site:
        archive.crawl(site)
    assert site.log.count("/anh/cau.jpg") == 1
    assert archive.ask("SELECT count(*), count(picture_id) FROM version_images") == [(5, 5)]


def test_without_pictures_none_are_asked_for(archive: Archive) -> None:
    with served(site_of(jpeg(painted(1)))) as site:
        archive.crawl(site, "--no-pictures")
        archive.crawl(site, "--no-pictures")
        assert "/anh/cau.jpg" not in site.log
        assert not archive.folder.exists()
        archive.crawl(site)  # and what was left is due
    assert archive.outcomes() == ["fresh"]


def test_another_folder(archive: Archive, tmp_path: Path) -> None:
    with served(site_of(jpeg(painted(1)))) as site:
        archive.crawl(site, "--pictures", str(tmp_path / "kho"))
    assert not archive.folder.exists()
    assert len([one for one in (tmp_path / "kho").rglob("*.jpg") if one.is_file()]) == 2


def test_a_full_picture_store_ends_no_crawl(archive: Archive, tmp_path: Path) -> None:
    store = tmp_path / "kho"
    store.mkdir()
    (store / "thumbnails").write_text("a file where a folder should be")
    with served(site_of(jpeg(painted(1)))) as site:
        done = crawl(site.base_url, archive.path, "--pictures", str(store))
    assert done.code == 0
    assert "pictures cannot be stored" in done.told and "Traceback" not in done.told
    assert archive.ask("SELECT outcome, substr(detail, 1, 11) FROM picture_captures") == [("error", "not stored:")]
    assert archive.ask("SELECT count(*) FROM pictures") == [0]


@pytest.mark.slow
def test_kill_9_leaves_no_row_without_its_file(path: Path) -> None:
    """Killed three times among pictures, then left alone: every row has its bytes, and nothing is missing."""
    archive = Archive(path)
    with Newspaper(crawl_delay=0.01) as paper:
        command = [*LUUBAO, "crawl", "demo", "--db", str(path), "--base-url", paper.base_url]
        for pictures in (1, 5, 12):
            before = sum(request.path.startswith("/anh/") for request in paper.log)
            process = killable_commands.begin(command)
            seen = before + pictures
            process.until(lambda: sum(one.path.startswith("/anh/") for one in paper.log) >= seen)  # noqa: B023  # at once
            process.kill()
            for name, digest in archive.ask("SELECT path, digest FROM pictures"):
                assert sha256((archive.folder / name).read_bytes()) == digest
        assert killable_commands.run(command).returncode == 0
    named = {name for row in archive.ask("SELECT path, thumbnail FROM pictures") for name in row}
    assert named == {name for name in archive.files() if not name.endswith(".part")}
    assert archive.ask("SELECT count(*) FROM version_images WHERE picture_id IS NULL") == [0]
    assert archive.ask("SELECT max(number) FROM versions") == [1]


def test_a_signal_does_not_wait_for_pictures(archive: Archive) -> None:
    with served(slow_site_of(60, "0.5")) as site:
        process = killable_commands.begin(
            [*LUUBAO, "crawl", "demo", "--db", str(archive.path), "--base-url", site.base_url]
        )
        process.until(lambda: any(path.startswith("/anh/") for path in site.log))
        process.terminate()
        ended = process.end()
        asked = sum(path.startswith("/anh/") for path in site.log)
    assert ended.code == 5, ended.err
    assert "Traceback" not in ended.err
    assert asked < 30
    assert archive.ask("SELECT count(*) FROM picture_captures WHERE outcome <> 'fresh'") == [0]


def test_what_a_page_at_the_same_address_answered_spares_no_picture(archive: Archive) -> None:
    """An address that was captured as a page has validators; a 304 to them would bring no picture."""
    pages = {
        "/": front("/a-1.htm", "/anh/cau"),
        "/a-1.htm": showing("/anh/cau"),
        "/anh/cau": jpeg(painted(1), ETag='"v1"'),
    }
    with served(pages) as site:
        archive.crawl(site, "--no-pictures")
        before = len(site.asked)
        archive.crawl(site)
        asked = [headers.get("If-None-Match") for path, headers in site.asked[before:] if path == "/anh/cau"]
    assert asked.count(None) == 1
    assert archive.outcomes() == ["fresh"]
