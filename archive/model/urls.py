"""Addresses: one article, one key; one picture, one key; what belongs to a site.

Percent-encoding follows RFC 3986 section 6.2.2 (case and escape normalisation), with paths in NFC.
"""

from __future__ import annotations

import re
import string
import unicodedata
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

# Parameters that say where a reader came from, never what is shown. Names such as `ref`, `uid`, `source`, `session`
# or `keyword` are not here: some papers tell articles apart by them.
_TRACKERS = re.compile(
    r"(utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|zarsrc|zalo_\w+|mc_[ce]id|_ga|_gl|gidzl|vgsource|cmpid)",
    re.IGNORECASE,
)
# What Internet Explorer could ask for, which sites have long kept to.
_LONGEST = 2083
_SEGMENT_SAFE = ":@!$&'()*+,;=~-._"
_SESSION = re.compile(r";jsessionid=[^/?;]*", re.IGNORECASE)
# How papers serve one picture in several sizes, formats and qualities; real addresses: tests/archive/test_urls.py.
# A directory of the path that only says how: /zoom/600_315/, /thumb_w/660/, /thumb_x256x153/, /w660/, /600x0/,
# /fit-in/, /filters:quality(80)/, /w=600,q=80/, and the signature some machines demand (Thumbor's, 27 letters and `=`).
_PICTURE_SERVICE = re.compile(
    r"/(?:(?:zoom|thumb_[wh])/\d{2,4}(?:_\d{2,4})?"
    r"|(?:thumbs?|thumbnails?|resize|crop|zoom|fit|fit-in|smart|unsafe|cdn-cgi/image)"
    r"|(?:thumb_x|resize_)?(?:\d{2,4}x\d{0,4}|x\d{2,4})|[wht]_?\d{3,4}"
    r"|filters:[^/]*|(?:[a-z]{1,7}[=_][\w.:-]+,)+[a-z]{1,7}[=_][\w.:-]+|(?:w|h|width|height|quality)=\d+"
    r"|[\w-]{27}=)(?=/)",
    re.IGNORECASE,
)
# The end of the name: cau-600x400.jpg, cau_r_680x0.jpg, cau-scaled.jpg, cau.jpg.webp, and the format.
_PICTURE_ENDING = re.compile(
    r"(?:[-_](?:r_)?\d{2,4}x\d{1,4}|[-_]w\d{3,4}|-scaled)?[.](?:jpe?g|png|gif|webp|avif|jxl|bmp|heic|svg)$",
    re.IGNORECASE,
)
_LONGEST_ENDING = 24
# Parameters of a picture's address that say how it is served, not which it is.
_PICTURE_SERVING = re.compile(
    r"w|h|s|q|v|t|ts|dpr|fm|fit|crop|mode|auto|rect|width|height|size|quality|format|resize|scale|strip|ssl|sig|sign"
    r"|signature|expires|token|version|ver|rev|watermark|cb|_",
    re.IGNORECASE,
)
_PRINTED = re.compile(r"[!-~]*")
_CREDENTIALS = re.compile(r"^(\s*(?:[a-z][a-z0-9+.-]*:)?//)[^/?#]*@", re.IGNORECASE)
# The rule by which archives began.
_FIRST_PICTURE_SIZE = re.compile(
    r"/(?:thumbs?|thumbnails?|resize|crop|zoom|fit)(?=/)"
    r"|/(?:\d{2,4}[x_]\d{2,4}|[wh]_?\d{2,4})(?=/)"
    r"|[-_](?:\d{2,4}x\d{2,4}|[wh]\d{2,4})(?=\.\w+$)",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def url_key(url: str) -> str:
    """The normalised form under which an outlet knows an address: `host/path?query`.

    Scheme, port, `www.`, fragment, session ids, tracking parameters, a final slash, the order of parameters and the
    spelling of escapes do not count. Raises ValueError when the address has no host.
    """
    parts = urlsplit(url.strip())
    host = _ascii(parts.hostname or "").removeprefix("www.").rstrip(".")
    if not host:
        raise ValueError(f"not an absolute web address: {url!r}")
    path = _tidy_path(_SESSION.sub("", parts.path))
    query = _tidy_query(parts.query)
    return f"{host}{path}?{query}" if query else f"{host}{path}"


@lru_cache(maxsize=4096)
def _ascii(host: str) -> str:
    """The host as it goes over the wire (RFC 5891); as it stands where it cannot."""
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def as_uri(url: str) -> str:
    """The address in letters that a URI may have (RFC 3986): the host as it goes over the wire, others escaped."""
    if _PRINTED.fullmatch(url):
        return url
    scheme, mark, rest = url.partition("://")
    host = rest[: next((place for place, letter in enumerate(rest) if letter in "/?#"), len(rest))]
    name, colon, port = host.partition(":")
    return f"{scheme}{mark}{_ascii(name)}{colon}{port}{quote(rest[len(host) :], safe=string.punctuation)}"


def _tidy_path(path: str) -> str:
    """Segment by segment, for an escaped slash is no slash."""
    segments = (_tidy(segment) for segment in path.replace("\\", "/").split("/"))
    return re.sub("/{2,}", "/", "/".join(segments)).rstrip("/")


@lru_cache(maxsize=4096)
def _tidy(segment: str) -> str:
    decoded = unicodedata.normalize("NFC", unquote(segment, errors="surrogateescape"))
    return quote(decoded, safe=_SEGMENT_SAFE, errors="surrogateescape")


def _tidy_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    kept = sorted(
        (unicodedata.normalize("NFC", k), unicodedata.normalize("NFC", v)) for k, v in pairs if not is_tracker(k)
    )
    return urlencode(kept, errors="surrogateescape")


def is_tracker(parameter: str) -> bool:
    """Whether a query parameter only says where the reader came from."""
    return _TRACKERS.fullmatch(parameter) is not None


def without_trackers(url: str) -> str:
    """The address without the parameters that only say where a reader came from; all else as it stands."""
    head, mark, query = url.partition("?")
    if not mark:
        return url
    kept = [pair for pair in query.split("&") if not is_tracker(unquote(pair.partition("=")[0]))]
    return f"{head}?{'&'.join(kept)}" if kept else head


@lru_cache(maxsize=4096)
def picture_key(url: str) -> str:
    """The identity of a picture's address: neither host, scheme, size, quality, format, version nor signature count,
    because papers serve one picture from several machines in several sizes. Two different pictures have different
    paths, or, where a program serves them (`/image.ashx?id=7`), different parameters."""
    parts = urlsplit(url)
    path = _tidy_path(parts.path)
    if parts.hostname and re.fullmatch(r"i\d[.]wp[.]com", parts.hostname):  # WordPress serves other hosts' pictures
        path = "/" + path.lstrip("/").partition("/")[2]
    served = _without_endings(_PICTURE_SERVICE.sub("", path))
    if served != path and _PICTURE_ENDING.search(path, max(0, len(path) - _LONGEST_ENDING)):
        return served
    query = [(name, value) for name, value in parse_qsl(parts.query) if not _PICTURE_SERVING.fullmatch(name)]
    return f"{served}?{urlencode(sorted(query))}" if query else served


def _without_endings(path: str) -> str:
    """The path without all endings, taken from the last one back: they are searched for where it ends only."""
    while ending := _PICTURE_ENDING.search(path, max(0, len(path) - _LONGEST_ENDING)):
        path = path[: ending.start()]
    return path


@lru_cache(maxsize=4096)
def first_picture_key(url: str) -> str:
    """`picture_key` as it was when archives began: stored digests and learned furniture were made with it."""
    return _FIRST_PICTURE_SIZE.sub("", _tidy_path(urlsplit(url).path))


_PRINTS = (
    ("amp", re.compile(r"^amp\.|/amp(?=[/?]|$)|\.amp(?=[?]|$)|[?&]amp(?==|&|$)")),
    ("mobile", re.compile(r"^(?:m|mobile|wap|3g)\.")),
    ("print", re.compile(r"^print\.|[/?&](?:print|printer|in-bai|in-tin|ban-in)(?=[/=?&]|$)", re.IGNORECASE)),
)


def print_kind(key: str) -> str | None:
    """What sort of another print of an article a key looks like: amp, mobile or print; None for an ordinary one."""
    return next((kind for kind, shape in _PRINTS if shape.search(key)), None)


def without_credentials(url: str) -> str:
    """The address without what it says of who asks, the `user:password@` of RFC 3986 section 3.2.1; all else as it
    stands. The one place where an address loses it."""
    return _CREDENTIALS.sub(r"\1", url) if "@" in url else url


def host_only(url: str) -> str:
    """How an address is shown that lets in whoever knows it: `https://hc.example/...`."""
    scheme, mark, rest = url.rpartition("://")
    host, slash, _ = rest.rpartition("@")[2].partition("/")
    return f"{scheme}{mark}{host.partition('?')[0]}{slash and '/...'}"


def host_of(url: str) -> str:
    """The host of an address, lowercased, without `www.`; empty when there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.")
    except ValueError:
        return ""


# What is shared by many: a country, and its classes of names.
_SHARED = re.compile(r"(?:com|net|org|gov|edu|co|ac|or|ne|go|info|biz|name|health|pro|int|mil)\.[a-z]{2}")


def is_site(host: str) -> bool:
    """Whether a host can be that of one newspaper: not a whole country, and not `com.vn`."""
    return host == "localhost" or ("." in host.strip(".") and not _SHARED.fullmatch(host)) or ":" in host


def same_site(url: str, hosts: tuple[str, ...]) -> bool:
    """Whether the address lies on one of the hosts or on a subdomain of one, in either spelling of a host with other
    letters than English ones: `báo.vn` is `xn--bo-mia.vn`."""
    host = _ascii(host_of(url))
    return any(host == site or host.endswith("." + site) for site in map(_ascii, hosts))


def absolute(base: str, link: str) -> str | None:
    """The absolute http(s) address a link stands for, without fragment and credentials; None for mailto:, javascript:
    and the like, and for what is longer than any address of a page."""
    if len(link) > _LONGEST:
        return None
    try:
        joined = urljoin(base, link.strip().replace("\\", "/"))
        parts = urlsplit(joined)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or not has_port or len(joined) > _LONGEST:
        return None
    return without_credentials(parts._replace(fragment="").geturl())
