"""Classifies an answer by status and URL before its page is read, and finds the URLs a page names."""

from __future__ import annotations

import re

from archive.history.facts import Answer
from archive.model.records import Outlet, Reading
from archive.model.urls import same_site, url_key

GONE = frozenset({404, 410, 451})
REDIRECTS = frozenset({301, 302, 303, 307, 308})
_HOME_PATHS = frozenset({
    "", "/index.html", "/index.htm", "/index.php", "/index.aspx", "/default.aspx", "/home", "/home.html", "/home.htm",
    "/home.aspx", "/trang-chu", "/trang-chu.html", "/trang-chu.htm",
})  # fmt: skip
_VARIANT_HOSTS = ("m.", "mobile.", "amp.")
_ERROR_QUERY = re.compile(r"\A(?:err\w{0,20}|status|code)=[^&]{0,40}\Z", re.IGNORECASE)
"""The whole query of a home page that stands for an error."""


def answer_of(status: int, asked: str, final: str, outlet: Outlet, *, has_page: bool) -> Answer:
    """Classifies an answer by status, redirect target and whether there is a payload."""
    if status == 304:
        return "confirmed"
    if status in GONE:
        return "gone"
    if status in REDIRECTS and final != asked:
        return "gone" if redirect_means_gone(asked, final, outlet) else "redirect"
    return "page" if 200 <= status < 300 and has_page else "error"


def redirect_means_gone(asked: str, final: str, outlet: Outlet) -> bool:
    """Whether a redirect means that the page is gone: it leads to the home page, to another site, or off the web."""
    if not final.startswith(("http://", "https://")) or not same_site(final, outlet.hosts):
        return True
    return is_home(final, outlet) and not is_home(asked, outlet)


def is_home(url: str, outlet: Outlet) -> bool:
    """Whether the URL is the outlet's home page under one of its usual names."""
    key, home = url_key(url), url_key(outlet.home_url)
    address, _, query = key.partition("?")
    host, slash, path = address.partition("/")
    is_own_host = host in {prefix + home.partition("/")[0] for prefix in ("", *_VARIANT_HOSTS)}
    return key == home or (
        is_own_host and (slash + path).lower() in _HOME_PATHS and (not query or bool(_ERROR_QUERY.match(query)))
    )


def gone_reason(status: int, final: str) -> str:
    """Describes an answer that shows a disappearance."""
    return f"status {status}" if status in GONE else f"status {status}, redirected to {final}"


def declared_key(reading: Reading, outlet: Outlet) -> tuple[str, ...]:
    """The key of the canonical URL a page declares; none when it is the home page's or another site's: outlets declare
    these on every page."""
    declared = reading.canonical_url
    if not declared or not same_site(declared, outlet.hosts) or is_home(declared, outlet):
        return ()
    return (url_key(declared),)
