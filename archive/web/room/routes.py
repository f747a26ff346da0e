"""The URL routes of the reading room. Footnotes cite the URLs of articles, versions, comparisons and captures: never
change them."""

from __future__ import annotations

from archive.web.room.article_page import article, at_address, citation, unapi, version
from archive.web.room.calendar_page import calendar
from archive.web.room.comparison_page import card, choose, comparison
from archive.web.room.evidence_page import capture, sandboxed, warc
from archive.web.room.feeds_out import feed
from archive.web.room.home_page import about, front, robots
from archive.web.room.list_pages import day, edits, gone, new, search
from archive.web.room.memento import timegate, timemap, timemap_of
from archive.web.room.photo_pages import photos, picture
from archive.web.room.placement_pages import front_page, front_pages, path
from archive.web.room.replay import cdx, replay
from archive.web.room.request import View

_ID = r"(?P<id>[1-9]\d{0,17})"

_PAGES: tuple[tuple[str, View], ...] = (
    (rf"/-/article/{_ID}$", article),
    (rf"/-/article/{_ID}/v(?P<number>[1-9]\d{{0,8}})$", version),
    (rf"/-/article/{_ID}/places$", path),
    (r"/-/at$", at_address),
    (rf"/-/diff/{_ID}$", choose),
    (rf"/-/diff/{_ID}/v(?P<old>[1-9]\d{{0,8}})\.\.v(?P<new>[1-9]\d{{0,8}})$", comparison),
    (rf"/-/diff/{_ID}/v(?P<old>[1-9]\d{{0,8}})\.\.v(?P<new>[1-9]\d{{0,8}})\.svg$", card),
    (rf"/-/capture/{_ID}$", capture),
    (rf"/-/capture/{_ID}/page$", sandboxed),
    (rf"/-/capture/{_ID}\.warc$", warc),
    (r"/-/search$", search),
    (r"/-/new$", new),
    (r"/-/edits$", edits),
    (r"/-/gone$", gone),
    (r"/-/day/(?P<day>[^/]{1,40})$", day),
    (r"/-/front$", front_pages),
    (rf"/-/front/{_ID}$", front_pages),
    (rf"/-/front/{_ID}/(?P<day>[^/]{{1,40}})$", front_page),
    (r"/-/photos$", photos),
    (r"/-/picture/(?P<digest>[0-9a-f]{64})$", picture),
    (r"/-/calendar$", calendar),
    (r"/-/about$", about),
    (rf"/-/article/{_ID}/v(?P<number>[1-9]\d{{0,8}})\.(?P<form>bib|ris|json)$", citation),
    (rf"/-/timemap/{_ID}$", timemap),
    (r"/-/timemap/(?P<form>link|json)/(?P<url>.+)$", timemap_of),
    (r"/-/timegate/(?P<url>.+)$", timegate),
    (r"/-/feeds/(?P<kind>new|edits|gone)\.(?P<form>atom|json)$", feed),
    (r"/-/unapi$", unapi),
    (r"/cdx$", cdx),
    (r"/web/(?P<timestamp>\d{1,14})(?P<mode>[a-z]{2}_)?/(?P<url>.+)$", replay),
    (r"/web/(?P<url>https?:/.+)$", replay),
)

# Of several archives the first has its room at the root, each other one below its name.
ROUTES: tuple[tuple[str, View], ...] = (
    (r"/$", front),
    (r"/(?P<archive>[^/]+)/-/?$", front),
    (r"/robots\.txt$", robots),
    *((f"{prefix}{pattern}", view) for prefix in ("", r"/(?P<archive>[^/]+)") for pattern, view in _PAGES),
)
