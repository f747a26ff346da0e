"""What a written link stands for: an absolute address on the site that can be one of news, or nothing."""

from __future__ import annotations

import re

from w3lib.url import safe_url_string

from archive import absolute, same_site, without_trackers

_LONG = 1024  # letters; what is longer is looked at in full, and refused where it is too long for an address

# What a link of these kinds leads to is never a page of news.
_NOT_PAGES = re.compile(
    r"\.(?:jpe?g|png|gif|webp|svg|ico|avif|css|js|json|woff2?|ttf|mp[34]|m4a|wav|avi|mov|pdf|docx?|xlsx?|pptx?|zip|rar|7z|exe|apk)$",
    re.IGNORECASE,
)
# Places where the same articles are printed again, or where every reader gets a page of his own.
_NOT_NEWS = re.compile(
    r"/(?:print|in-bai|login|dang-nhap|logout|register|dang-ky|search|tim-kiem|share|cart|api|ajax)(?:[/.?]|$)|[?&](?:q|keyword|s|print)=",
    re.IGNORECASE,
)
# Nine in ten links need no joining and no quoting: no dots to climb, nothing to escape, no fragment.
_PLAIN_PATH = re.compile(r"/(?:[\w~-][\w.~-]*+/?+)*+(?:\?[\w.~&=-]++)?+", re.ASCII)
_PLAIN_HOST = re.compile(r"https?://[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?(?::(?:[1-5]\d{4}|[1-9]\d{0,3}))?(?=/)")


def may_be_news(url: str) -> bool:
    """Whether an address can be that of an article or of a list of articles, judged by its form alone."""
    path = url.partition("?")[0]
    return not (_NOT_PAGES.search(path) or _NOT_NEWS.search(url))


class Addresses:
    """The links of one document. page: its address; hosts: the site's, without `www.`."""

    def __init__(self, page: str, hosts: tuple[str, ...]):
        self.page = page
        self.hosts = hosts
        self._news: dict[str, str | None] = {}
        self._origins: dict[str, bool] = {}
        self.rest_on(page)

    def rest_on(self, base: str) -> None:
        """From now on links are relative to this address: the page's own, or its `<base>`."""
        self._base = base
        origin = _PLAIN_HOST.match(base)
        self._origin = origin[0] if origin and self._is_ours(origin[0]) else ""
        self._news.clear()

    def news(self, link: str) -> str | None:
        """The address a link leads to, where it lies on the site and can be a page of news; else None."""
        if link not in self._news:
            url = self.on_site(link)
            self._news[link] = url if url is not None and may_be_news(url) else None
        return self._news[link]

    def on_site(self, link: str) -> str | None:
        """The address a link leads to, as it is asked for: absolute, without fragment and trackers; None where it
        leads off the site, to nothing on the web, or to another place of the same page."""
        link = link.partition("#")[0]
        if not link:
            return None
        origin = _PLAIN_HOST.match(link)
        if origin and not self._is_ours(origin[0]):
            return None
        place, path = (origin[0], link[origin.end() :]) if origin else (self._origin, link)
        if place and len(link) < _LONG and _PLAIN_PATH.fullmatch(path):
            return without_trackers(place + path)
        return self._joined(link)

    def _is_ours(self, origin: str) -> bool:
        if origin not in self._origins:
            self._origins[origin] = same_site(origin, self.hosts)
        return self._origins[origin]

    def _joined(self, link: str) -> str | None:
        """The long way, which gives the same."""
        url = absolute(self._base, link)
        if url is None or not same_site(url, self.hosts):
            return None
        try:
            # spelt as Scrapy will ask for it, so that what the frontier holds is what was asked for
            return safe_url_string(without_trackers(url).replace("\\", "/"))
        except ValueError:
            return None
