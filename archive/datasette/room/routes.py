"""Which address leads to which page. Those of articles, versions, comparisons and captures stand in footnotes: they
stay as they are."""

from __future__ import annotations

from archive.datasette.room.about import about
from archive.datasette.room.article import article, at_address, version
from archive.datasette.room.calendar import calendar
from archive.datasette.room.citing import citation
from archive.datasette.room.comparing import choose, comparison
from archive.datasette.room.evidence import capture, inert, warc
from archive.datasette.room.feeds import feed
from archive.datasette.room.front import front
from archive.datasette.room.lists import day, edits, gone, new
from archive.datasette.room.memento import timegate, timemap, timemap_of
from archive.datasette.room.photos import photos, picture
from archive.datasette.room.robots import robots
from archive.datasette.room.searching import search
from archive.datasette.room.sharing import card
from archive.datasette.room.visit import View

_ID = r"(?P<id>[1-9]\d{0,17})"

ROUTES: tuple[tuple[str, View], ...] = (
    (r"/$", front),
    (rf"/-/article/{_ID}$", article),
    (rf"/-/article/{_ID}/v(?P<number>[1-9]\d{{0,8}})$", version),
    (r"/-/at$", at_address),
    (rf"/-/diff/{_ID}$", choose),
    (rf"/-/diff/{_ID}/v(?P<old>[1-9]\d{{0,8}})\.\.v(?P<new>[1-9]\d{{0,8}})$", comparison),
    (rf"/-/diff/{_ID}/v(?P<old>[1-9]\d{{0,8}})\.\.v(?P<new>[1-9]\d{{0,8}})\.svg$", card),
    (rf"/-/capture/{_ID}$", capture),
    (rf"/-/capture/{_ID}/page$", inert),
    (rf"/-/capture/{_ID}\.warc$", warc),
    (r"/-/search$", search),
    (r"/-/new$", new),
    (r"/-/edits$", edits),
    (r"/-/gone$", gone),
    (r"/-/day/(?P<day>[^/]{1,40})$", day),
    (r"/-/photos$", photos),
    (r"/-/picture/(?P<digest>[0-9a-f]{64})$", picture),
    (r"/-/calendar$", calendar),
    (r"/-/about$", about),
    (rf"/-/article/{_ID}/v(?P<number>[1-9]\d{{0,8}})\.(?P<form>bib|ris|json)$", citation),
    (rf"/-/timemap/{_ID}$", timemap),
    (r"/-/timemap/(?P<form>link|json)/(?P<url>.+)$", timemap_of),
    (r"/-/timegate/(?P<url>.+)$", timegate),
    (r"/-/feeds/(?P<kind>new|edits|gone)\.(?P<form>atom|json)$", feed),
    (r"/robots\.txt$", robots),
)
