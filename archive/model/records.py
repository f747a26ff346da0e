"""Records that modules pass to one another: frozen, typed, compared by value.

Terms follow docs/design.md. Times are aware; text is NFC; an absent value is None, never "".
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from archive.model.change_rate import ChangeRates
from archive.model.paths import picture_place, thumbnail_place


@dataclass(frozen=True, slots=True)
class Limits:
    """waiting: URLs never requested that an outlet may have in the frontier. sitemaps: new ones that a run requests;
    sitemap_depth: how many sitemaps in a row may name one another. header_bytes: kept of a response's headers.
    redirects: followed from one URL."""

    waiting: int = 2_000_000
    sitemaps: int = 1_000
    sitemap_depth: int = 5
    header_bytes: int = 32 * 1024
    redirects: int = 5

    @property
    def from_pages(self) -> int:
        """How many of the waiting URLs pages may have named: what sitemaps and feeds name always has room, however many
        URLs a crawler trap makes up."""
        return max(self.waiting // 10, 1)


Headers = tuple[tuple[str, str], ...]


def header_of(headers: Sequence[tuple[str, str]], name: str) -> str | None:
    """The first header of that name, compared without case."""
    return next((value for key, value in headers if key.lower() == name.lower()), None)


BlockKind = Literal["paragraph", "subhead", "image", "quote", "list", "table"]

ReadableKind = Literal["article", "photo-story", "video", "live-blog", "obfuscated"]
"""The kind of a page from which something of an article can be read.

`obfuscated`: the publisher scrambles the body; headline, lead and pictures are kept, the body is never unscrambled.
"""

UnreadableReason = Literal[
    "empty", "not-html", "listing", "home", "soft-404", "wall", "cookie-bounce", "no-article", "too-large", "gave-up"
]
"""Why no article was read: `wall` is a login or consent page, `cookie-bounce` a page that only sets a cookie and
reloads, `gave-up` a page that exceeded the limits of time and memory."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One HTTP exchange as it came.

    body: the payload after content-decoding; None when the answer had none (304).
    encoding: the charset the HTTP header named, if any. captured_at: aware, UTC, our clock.
    final_url: the address that answered; for a redirect, the address it leads to.
    via: the addresses whose redirects led here, first asked first.
    detail: what was odd about the exchange: why its body was dropped, why the server's certificate is not trusted.
    """

    requested_url: str
    final_url: str
    captured_at: datetime
    status: int
    headers: Headers = ()
    body: bytes | None = None
    encoding: str | None = None
    request_headers: Headers = ()
    via: tuple[str, ...] = ()
    detail: str | None = None

    def header(self, name: str) -> str | None:
        """The first response header of that name, compared without case."""
        return header_of(self.headers, name)

    @property
    def is_partial(self) -> bool:
        """Whether the body is only a part of the resource, which we never request (RFC 9110 section 15.3.7): a 206,
        unless its Content-Range goes from the first byte to the last."""
        if self.status != 206:
            return False
        content_range = re.fullmatch(r"bytes 0-(\d{1,15})/(\d{1,15})", (self.header("Content-Range") or "").strip())
        return content_range is None or int(content_range[1]) + 1 != int(content_range[2])


@dataclass(frozen=True, slots=True)
class Outlet:
    """A newsroom's site we follow. hosts: the site's host names without `www.`; subdomains belong to it.
    timezone: IANA name, in which the paper prints its times."""

    name: str
    title: str
    home_url: str
    hosts: tuple[str, ...]
    timezone: str = "Asia/Ho_Chi_Minh"


RunKind = Literal["crawl", "import", "backfill", "merge"]
"""Where a run's captures came from: the outlet itself, files, another archive, another copy of this one."""


@dataclass(frozen=True, slots=True)
class Run:
    """One invocation of one spider, as the archive stores it. change_rates: the outlet's change rates when it began.
    since: aware; the run defers what is older, see archive/frontier/dequeue.py. limits: how much it may take."""

    id: int
    outlet_id: int
    outlet: Outlet
    change_rates: ChangeRates = field(default_factory=ChangeRates, compare=False, repr=False)
    since: datetime | None = field(default=None, compare=False)
    limits: Limits = field(default_factory=Limits, compare=False)


FoundIn = Literal["seed", "page", "pagination", "feed", "sitemap", "sitemap-index", "redirect"]
"""Where a URL was found: it is a seed, or the target of a link on a page, in the pager of a list, in a feed, a sitemap
or a sitemap index, or of a redirect."""

PageKind = Literal["article", "list", "other"]
"""What a URL turned out to be: an article, something that leads to articles (a home page, a section, a feed, a
sitemap), or neither."""


@dataclass(frozen=True, slots=True)
class Link:
    """A URL named by a page, feed or sitemap. lastmod: claimed time of the last change, published: claimed time of
    publication; both aware, None where not given, a day's first moment where only the day is given. words: the link's
    text, or the title of a feed's item."""

    url: str
    found_in: FoundIn = "page"
    lastmod: datetime | None = None
    published: datetime | None = None
    words: str = field(default="", compare=False, repr=False)


CaptureOutcome = Literal["fresh", "revisit", "not-modified", "redirect", "gone", "error"]
"""What an exchange brought: bytes not seen at this URL before, the same bytes, a 304, a redirect within the site, a
disappearance (404, 410, 451, a redirect to the home page or to another site), or an error."""


@dataclass(frozen=True, slots=True)
class KeptCapture:
    """A capture that is committed to the archive. body_id: of the bytes it brought or confirmed."""

    capture_id: int
    url_key: str
    outcome: CaptureOutcome
    body_id: int | None = None


FilingOutcome = Literal["new", "edited", "unchanged", "unreadable"]


@dataclass(frozen=True, slots=True)
class Filed:
    """What a reading became: a new article, the next version of one, nothing new, or nothing readable (then article_id
    names the known article at that URL, if any). disappeared: it showed that a known article has disappeared."""

    outcome: FilingOutcome
    article_id: int | None = None
    version_number: int | None = None
    disappeared: bool = False


@dataclass(frozen=True, slots=True)
class StoredPicture:
    """What a picture showed, and where its bytes lie in the picture store. width, height: pixels as displayed; None,
    like thumbnail, where it could not be rendered."""

    digest: str
    path: str
    media_type: str
    size: int
    width: int | None
    height: int | None
    thumbnail: str | None


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of an article. caption_raw is the text under it as printed; caption and credit are its two parts.
    stored: what the archive kept of it; None when that is nothing, or was not requested."""

    url: str
    caption: str | None = None
    credit: str | None = None
    caption_raw: str | None = None
    alt: str | None = None
    stored: StoredPicture | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Block:
    """One piece of the body, in reading order. For an image, `image` indexes Reading.images and text is empty."""

    kind: BlockKind
    text: str = ""
    image: int | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What one extractor under one rule set extracted from one capture.

    text: the paragraphs, subheads, quotes, lists and tables of `blocks`, joined by blank lines, without captions.
    dateline: where the story was filed or who filed it, `HÀ NỘI`, `AUSTIN (KXAN)`; correction: the newspaper's notes of
    corrections and updates, in lines. Both also stand in the text where the page prints them there.
    published_at, modified_at: aware; the *_raw twins hold what the page printed. origins: (field, rule) pairs: which
    rule produced which field. extractor: name and versions of all that took part. confidence: (field, likelihood that
    it is right) pairs, and `reading` for the whole; not stored.
    """

    kind: ReadableKind
    headline: str
    lead: str | None = None
    text: str = ""
    blocks: tuple[Block, ...] = ()
    images: tuple[Image, ...] = ()
    kicker: str | None = None
    byline: str | None = None
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_at_raw: str | None = None
    modified_at: datetime | None = None
    modified_at_raw: str | None = None
    section: str | None = None
    tags: tuple[str, ...] = ()
    language: str | None = None
    canonical_url: str | None = None
    flags: tuple[str, ...] = ()
    origins: tuple[tuple[str, str], ...] = ()
    extractor: str = field(default="", compare=False)
    confidence: tuple[tuple[str, float], ...] = field(default=(), compare=False)
    dateline: str | None = None
    correction: str | None = None

    def __hash__(self) -> int:
        """Of what differs between almost any two: readings are looked up often."""
        return hash((self.headline, self.text))


@dataclass(frozen=True, slots=True)
class Teaser:
    """A headline on a home or section page. url: the article it leads to; summary: the text below it; picture: the
    URL of the picture beside it."""

    url: str
    headline: str
    summary: str | None = None
    picture: str | None = None


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A page that is not an article, or from which none could be extracted: an expected refusal, not an error.
    teasers: the headlines of a home or section page, in reading order; None where the page was not read for them."""

    reason: UnreadableReason
    detail: str = ""
    extractor: str = field(default="", compare=False)
    teasers: tuple[Teaser, ...] | None = field(default=None, compare=False)


@dataclass(frozen=True, slots=True)
class Looks:
    """A picture's dimensions and appearance. perceptual_hash: see archive.history.picture_changes. thumbnail: JPEG."""

    width: int
    height: int
    perceptual_hash: str
    thumbnail: bytes


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture's bytes, described. looks: None when it cannot be rendered; detail: why, where its media type could
    be."""

    digest: str
    size: int
    media_type: str
    looks: Looks | None = None
    detail: str | None = field(default=None, compare=False)

    @property
    def path(self) -> str:
        """Its path in the picture store."""
        return picture_place(self.digest, self.media_type)

    @property
    def thumbnail_path(self) -> str | None:
        """Its thumbnail's path in the picture store."""
        return thumbnail_place(self.digest) if self.looks else None


@dataclass(frozen=True, slots=True)
class WantedPicture:
    """A picture to request. path: of the bytes it last brought, None when it was never fetched; etag and last_modified:
    the validators that came with them, from final_url."""

    image_id: int
    url: str
    path: str | None = None
    final_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None


PictureOutcome = Literal[
    "fresh", "revisit", "not-modified", "recompressed", "unclear", "replaced", "gone", "forbidden", "error"
]
"""What a fetch of a picture brought: the first bytes of its URL, the same bytes, a 304, the same picture in other
bytes, other bytes that cannot be compared, another picture, a disappearance, a refusal by robots.txt, or an error."""


@dataclass(frozen=True, slots=True)
class PictureCapture:
    """One fetch of a picture. status: None when there was no response; picture: None when the response held none;
    detail: why."""

    image_id: int
    captured_at: datetime
    final_url: str
    status: int | None = None
    etag: str | None = None
    last_modified: str | None = None
    picture: Picture | None = None
    forbidden: bool = False
    detail: str | None = None
