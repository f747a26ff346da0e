"""The items an importer reads from a file of any format (pages, images, outlet descriptions, skipped records), and the
outlets they belong to: known ones, and those that luubao's own WARC files describe, matched by host. Imports pictures:
their bytes into the picture folder, their captures into the archive.

Every archive knows the sha256 of its bodies. wget refers to the record (`WARC-Refers-To`), Heritrix to a sha1 of what
the server sent, compressed or not (WARC 1.1, section 6.7.2); so an import remembers the ids and digests of the records
in its files.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b, sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from archive.exchange.exporters.warc_records import OUTLET
from archive.history.facts import REDIRECTS
from archive.model import clock, validation
from archive.model.digests import digest_of
from archive.model.errors import BadValue, UnknownOutlet
from archive.model.paths import ENDINGS, picture_place
from archive.model.records import Capture, Headers, Outlet, Picture, PictureCapture, Run, header_of
from archive.model.urls import absolute, host_of, is_site, same_site
from archive.model.validation import LONGEST_ADDRESS, is_digest, line, or_none, shown
from archive.pictures import recognise, recognise_kind
from archive.pipeline.ingest import keep_picture
from archive.runtime import isolated
from archive.storage import connection, picture_fetches
from archive.storage.captures.other_archive import RevisitTarget
from archive.storage.connection import Database
from archive.storage.picture_files import put_file, verified_file
from archive.storage.picture_history import image_of, mark_showing, picture_comes_late, picture_is_here
from archive.text.charsets import charset_of
from archive.workers import Lost

if TYPE_CHECKING:
    from archive.exchange.importers.warc_reader import WarcRecord


@dataclass(frozen=True, slots=True)
class Page:
    """A capture of a page. refers: the record with its body, for a revisit without one; digest: of what the server
    sent, as the record states it. where: the place in the file."""

    capture: Capture
    record: str | None = None
    refers: RevisitTarget | None = None
    where: str = ""
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Image:
    """A capture of a picture."""

    url: str
    captured_at: datetime
    status: int
    headers: Headers
    body: bytes | None
    digest: str | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class DescribedOutlet:
    """An outlet whose pages a file holds, as the file describes it, and its boilerplate. problem: what of it could not
    be imported; where: the place in the file."""

    outlet: Outlet
    boilerplate: tuple[str, ...]
    problem: str | None
    where: str


@dataclass(frozen=True, slots=True)
class Skipped:
    """A record or file that was not imported. where: the place in the file. failed: it should have been imported; else
    it does not belong in an archive, such as a file of a mirror that is no page."""

    reason: str
    where: str
    failed: bool = True


Item = Page | Image | DescribedOutlet | Skipped


def charset(headers: Headers) -> str | None:
    return charset_of(header_of(headers, "content-type") or "")


def is_sidecar(name: str) -> bool:
    """Whether a file holds only what macOS writes beside one of the same name on a disk or in a ZIP (AppleDouble)."""
    return name.rpartition("/")[2].startswith("._")


def leads_to(url: str, status: int, headers: Headers) -> str:
    """The final URL of a response: for a redirect its target, as the crawler stores it."""
    location = (header_of(headers, "location") or "").strip()
    if status not in REDIRECTS or not location:
        return url
    scheme = location.partition(":")[0]
    other_scheme = scheme.isalpha() and ":" in location and scheme.lower() not in ("http", "https")
    is_other_address = other_scheme and location.isprintable() and len(location) <= LONGEST_ADDRESS
    return absolute(url, location) or (location if is_other_address else url)


class Originals:
    """Original records: for each, 32 bytes for its id and digest, and as many for its body's digest."""

    def __init__(self) -> None:
        self._bodies: dict[bytes, bytes] = {}

    def note(self, page: Page) -> None:
        if page.capture.body:
            body_digest = sha256(page.capture.body).digest()
            self._bodies |= {_short(name): body_digest for name in (page.record, page.digest) if name}

    def digest(self, refers: RevisitTarget) -> str | None:
        """The sha256 of the body that a revisit refers to; else the digest that the revisit states, or None."""
        names = (refers.record, refers.digest)
        found = (self._bodies.get(_short(name)) for name in names if name)
        body_digest = next(filter(None, found), None)
        return f"sha256:{body_digest.hex()}" if body_digest else refers.digest


def _short(name: str) -> bytes:
    return blake2b(name.strip().lower().encode(), digest_size=16).digest()


class OutletMatcher:
    """Known outlets, matched by host. only: the name of the one outlet whose pages to import; None for all."""

    def __init__(self, known: Iterable[Outlet], only: str | None = None):
        self.outlets = {outlet.name: outlet for outlet in known}
        self.only = only
        self.boilerplate: dict[str, tuple[str, ...]] = {}

    def describe(self, description: DescribedOutlet) -> None:
        """Adds an outlet that a file describes, unless it is known."""
        if description.outlet.name not in self.outlets:
            self.outlets[description.outlet.name] = description.outlet
            self.boilerplate[description.outlet.name] = description.boilerplate

    def of(self, url: str) -> Outlet | None:
        """The outlet whose site has this URL."""
        candidates = (outlet for name, outlet in self.outlets.items() if self.only in (None, name))
        return next((outlet for outlet in candidates if same_site(url, outlet.hosts)), None)

    def require(self) -> None:
        """Raises UnknownOutlet when `only` names no known outlet."""
        if self.only and self.only not in self.outlets:
            known = ", ".join(sorted(self.outlets)) or "none"
            raise UnknownOutlet(
                f"no outlet is called {self.only}. There are: {known}. A new one needs --home with its home page"
            )


def described_by(raw: WarcRecord) -> DescribedOutlet | Skipped | None:
    """The outlet that a record describes; None for other records, Skipped for an invalid description."""
    if not raw.headers.get("warc-target-uri", "").startswith(OUTLET):
        return None
    where = f"byte {raw.offset}"
    try:
        return _checked(validation.json_object(raw.body.decode("utf-8", "replace")), where)
    except BadValue as error:
        return Skipped(f"the description of an outlet: {error}", where)


def _checked(facts: Mapping[str, Any], where: str) -> DescribedOutlet:
    """The outlet of valid facts. An unknown time zone becomes UTC and is reported as the problem. Raises BadValue."""
    missing = [name for name in ("name", "title", "home_url", "timezone") if name not in facts]
    if missing:
        raise BadValue(f"it does not say its {', '.join(missing)}")
    home, name = validation.address(facts["home_url"]), validation.outlet_name(facts["name"])
    # without terminal control sequences
    title = "".join(letter for letter in validation.line(facts["title"]) if letter.isprintable()).strip()
    zone, marks = facts["timezone"], facts.get("furniture") or ()
    if not is_site(host := host_of(home)):
        raise BadValue(f"{shown(home)} is no site of one newspaper")
    if not isinstance(marks, list | tuple):
        raise BadValue(f"{shown(marks)} is no list of what pages share")
    is_zone = isinstance(zone, str) and clock.is_zone(zone)
    problem = None if is_zone else f"{shown(zone)} is no time zone; UTC is taken for {name}"
    outlet = Outlet(name, title, home, (host,), zone if is_zone else "UTC")
    return DescribedOutlet(outlet, tuple(validation.line(mark) for mark in marks), problem, where)


def picture_known(db: Database, image: Image) -> bool | None:
    """True where the archive has this capture already; False where no known article shows the picture; None where it
    can be imported."""
    image_id = image_of(db, image.url)
    if image_id is None:
        return False
    digest = digest_of(image.body) if image.body else image.digest
    return picture_is_here(db, image_id, clock.stamp(image.captured_at), image.status, digest) or None


def take_picture(db: Database, run: Run, folder: Path, image: Image) -> bool:
    """Stores the file of a picture, then its capture in one transaction; False where its bytes are no picture, or are
    missing."""
    image_id, picture = image_of(db, image.url), _picture(folder, image)
    if image_id is None or (picture is None and image.status == 200):
        return False
    if picture and image.body:
        _store(folder, picture, image.body)
    headers = {name.lower(): value for name, value in image.headers}
    capture = PictureCapture(
        image_id, image.captured_at, image.url, image.status, or_none(line, headers.get("etag")),
        or_none(line, headers.get("last-modified")), picture,
    )  # fmt: skip
    with connection.transaction(db):
        if picture_comes_late(db, image_id, clock.stamp(image.captured_at)):
            picture_fetches.keep_picture(db, run, capture, timedelta(days=1), late=True)
            mark_showing(db, image_id)
        else:
            keep_picture(db, run, capture, timedelta(days=1))
    return True


def _picture(folder: Path, image: Image) -> Picture | None:
    if image.body:
        return _recognise(image.body)
    if image.digest is None or not is_digest(image.digest.lower()):
        return None
    digest = image.digest.lower()
    kept = (verified_file(folder, picture_place(digest, kind), digest) for kind in ENDINGS)
    return next((_recognise(data) for data in kept if data is not None), None)


def _recognise(data: bytes) -> Picture | None:
    """Decodes in a worker process; where that exceeds its limits, recognises the kind by the first bytes."""
    for decode in (recognise, recognise_kind):
        if not isinstance(picture := isolated.run(decode, data), Lost):
            return picture
    return None


def _store(folder: Path, picture: Picture, data: bytes) -> None:
    """Stores the thumbnail, then the picture, so that a stored picture always has its thumbnail."""
    if picture.looks and picture.thumbnail_path:
        put_file(folder, picture.thumbnail_path, picture.looks.thumbnail)
    put_file(folder, picture.path, data)
