"""URL normalisation: the canonical form of a URL, one key for each article, one for each picture; which URLs belong to
a site. (The canonical URL that a page declares: archive/extract/sections.py.)

Percent-encoding follows RFC 3986 section 6.2.2 (case and escape normalisation), with paths in NFC.
"""

from __future__ import annotations

import re
import string
import unicodedata
from functools import lru_cache
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit

# Tracking parameters: where a reader came from, never what is shown. Names such as `ref`, `uid`, `source`, `session`
# or `keyword` are not here: some papers tell articles apart by them.
_TRACKERS = re.compile(
    r"(utm_\w+|fbclid|gclid|dclid|msclkid|yclid|igshid|zarsrc|zalo_\w+|mc_[ce]id|_ga|_gl|gidzl|vgsource|cmpid)",
    re.IGNORECASE,
)
# Internet Explorer's limit, which sites have long kept to.
_LONGEST = 2083
_SEGMENT_SAFE = ":@!$&'()*+,;=~-._"
_SESSION_ID = re.compile(r";jsessionid=[^/?;]*", re.IGNORECASE)
# ASP.NET's first directory for readers without cookies (cookieless sessions, forms and anonymous ids).
_COOKIELESS = re.compile(r"/\((?:[ASF]\([\w-]{1,400}\)){1,3}\)(?=/|$)")
# Programs write them into the links of a page for readers without cookies, new ones for every reader: PHP, ASP, Java,
# ColdFusion. A `sid` may be an article's number, unless it is as long as a digest.
_SESSION_PARAMETER = re.compile(
    r"(?:phpsessid|aspsessionid\w*|jsessionid|cfid|cftoken)=|sid=[0-9a-f]{26,}$", re.IGNORECASE
)
# How outlets serve one picture in several sizes, formats and qualities; real URLs: tests/archive/test_urls.py.
# A directory of the path that sets the rendition: /zoom/600_315/, /thumb_w/660/, /thumb_x256x153/, /w660/, /600x0/,
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
# Parameters of a picture's URL that choose the rendition, not the picture.
_PICTURE_SERVING = re.compile(
    r"w|h|s|q|v|t|ts|dpr|fm|fit|crop|mode|auto|rect|width|height|size|quality|format|resize|scale|strip|ssl|sig|sign"
    r"|signature|expires|token|version|ver|rev|watermark|cb|_",
    re.IGNORECASE,
)
_PRINTABLE_ASCII = re.compile(r"[!-~]*")
_CREDENTIALS = re.compile(r"^(\s*(?:[a-z][a-z0-9+.-]*:)?//)[^/?#]*@", re.IGNORECASE)
# The first version of the rule.
_FIRST_PICTURE_SIZE = re.compile(
    r"/(?:thumbs?|thumbnails?|resize|crop|zoom|fit)(?=/)"
    r"|/(?:\d{2,4}[x_]\d{2,4}|[wh]_?\d{2,4})(?=/)"
    r"|[-_](?:\d{2,4}x\d{2,4}|[wh]\d{2,4})(?=\.\w+$)",
    re.IGNORECASE,
)


@lru_cache(maxsize=4096)
def url_key(url: str) -> str:
    """The normalised form by which an outlet's URLs are compared: `host/path?query`.

    Ignored: scheme, port, `www.`, fragment, session ids, tracking parameters, a final slash, the order of parameters
    and the spelling of escapes. Raises ValueError when the URL has no host.
    """
    parts = urlsplit(url.strip())
    host = _ascii(parts.hostname or "").removeprefix("www.").rstrip(".")
    if not host:
        raise ValueError(f"not an absolute web address: {url!r}")
    path = _COOKIELESS.sub("", _normal_path(_SESSION_ID.sub("", parts.path)))
    query = _normal_query(parts.query)
    return f"{host}{path}?{query}" if query else f"{host}{path}"


@lru_cache(maxsize=4096)
def _ascii(host: str) -> str:
    """The host in IDNA form (RFC 5891), its escapes decoded as in browsers; unchanged where it has none."""
    host = unquote(host)
    if host.isascii():
        return host
    try:
        return host.encode("idna").decode("ascii")
    except UnicodeError:
        return host


def as_uri(url: str) -> str:
    """The URL as an ASCII URI (RFC 3986): the host in IDNA form, other letters escaped."""
    if _PRINTABLE_ASCII.fullmatch(url):
        return url
    scheme, mark, rest = url.partition("://")
    host = rest[: next((place for place, letter in enumerate(rest) if letter in "/?#"), len(rest))]
    name, colon, port = host.partition(":")
    return f"{scheme}{mark}{_ascii(name)}{colon}{port}{quote(rest[len(host) :], safe=string.punctuation)}"


def with_plain_host(url: str) -> str:
    """The URL with the escapes in its host decoded (pywb lists `http://b%C3%A1o.vn/`)."""
    scheme, mark, rest = url.partition("://")
    host = re.split("[/?#]", rest, maxsplit=1)[0]
    return f"{scheme}{mark}{unquote(host)}{rest[len(host) :]}" if "%" in host else url


def _normal_path(path: str) -> str:
    """Normalised segment by segment, because an escaped slash does not separate segments."""
    segments = (_normal_escapes(segment) for segment in path.replace("\\", "/").split("/"))
    return re.sub("/{2,}", "/", "/".join(segments)).rstrip("/")


@lru_cache(maxsize=4096)
def _normal_escapes(segment: str) -> str:
    decoded = unicodedata.normalize("NFC", unquote(segment, errors="surrogateescape"))
    return quote(decoded, safe=_SEGMENT_SAFE, errors="surrogateescape")


def _normal_query(query: str) -> str:
    pairs = parse_qsl(query, keep_blank_values=True, errors="surrogateescape")
    kept = sorted(
        (unicodedata.normalize("NFC", name), unicodedata.normalize("NFC", value))
        for name, value in pairs
        if not is_tracker(name)
    )
    return urlencode(kept, errors="surrogateescape")


def is_tracker(parameter: str) -> bool:
    """Whether a query parameter is a tracking parameter."""
    return _TRACKERS.fullmatch(parameter) is not None


def without_trackers(url: str) -> str:
    """The URL without its tracking parameters and session ids, otherwise unchanged."""
    head, mark, query = url.partition("?")
    head = _SESSION_ID.sub("", head)
    if not mark:
        return head
    kept = [
        pair
        for pair in query.split("&")
        if not (_SESSION_PARAMETER.match(pair) or is_tracker(unquote(pair.partition("=")[0])))
    ]
    return f"{head}?{'&'.join(kept)}" if kept else head


@lru_cache(maxsize=4096)
def picture_key(url: str) -> str:
    """The normalised form by which pictures' URLs are compared: host, scheme, size, quality, format, version and
    signature are left out, because outlets serve one picture from several hosts in several sizes. Two different
    pictures have different paths, or, where a program serves them (`/image.ashx?id=7`), different parameters."""
    parts = urlsplit(url)
    path = _normal_path(parts.path)
    if parts.hostname and re.fullmatch(r"i\d[.]wp[.]com", parts.hostname):  # WordPress serves other hosts' pictures
        path = "/" + path.lstrip("/").partition("/")[2]
    served = _without_endings(_PICTURE_SERVICE.sub("", path))
    if served != path and _PICTURE_ENDING.search(path, max(0, len(path) - _LONGEST_ENDING)):
        return served
    query = [(name, value) for name, value in parse_qsl(parts.query) if not _PICTURE_SERVING.fullmatch(name)]
    return f"{served}?{urlencode(sorted(query))}" if query else served


def _without_endings(path: str) -> str:
    """The path without all its endings, removed from the last one back: each is searched only at the path's end."""
    while ending := _PICTURE_ENDING.search(path, max(0, len(path) - _LONGEST_ENDING)):
        path = path[: ending.start()]
    return path


@lru_cache(maxsize=4096)
def first_picture_key(url: str) -> str:
    """The first version of `picture_key`: stored digests and learned boilerplate were made with it."""
    return _FIRST_PICTURE_SIZE.sub("", _normal_path(urlsplit(url).path))


_VARIANTS = (
    ("amp", re.compile(r"^amp\.|/amp(?=[/?]|$)|\.amp(?=[?]|$)|[?&]amp(?==|&|$)")),
    ("mobile", re.compile(r"^(?:m|mobile|wap|3g)\.")),
    ("print", re.compile(r"^print\.|[/?&](?:print|printer|in-bai|in-tin|ban-in)(?=[/=?&]|$)", re.IGNORECASE)),
)


def print_kind(key: str) -> str | None:
    """Which variant of an article a key looks like: amp, mobile or print; None for an ordinary page."""
    return next((kind for kind, pattern in _VARIANTS if pattern.search(key)), None)


def without_credentials(url: str) -> str:
    """The URL without its userinfo (`user:password@`, RFC 3986 section 3.2.1), otherwise unchanged. The only place that
    removes it."""
    return _CREDENTIALS.sub(r"\1", url) if "@" in url else url


def host_only(url: str) -> str:
    """Shows a secret URL without its path: `https://hc.example/...`."""
    scheme, mark, rest = url.rpartition("://")
    host, slash, _ = rest.rpartition("@")[2].partition("/")
    return f"{scheme}{mark}{host.partition('?')[0]}{slash and '/...'}"


def scheme_only(url: str) -> str:
    """Shows an address of which everything after the scheme may be secret, as in `tgram://token/chat`: `tgram`."""
    return url.partition("://")[0].lower()


def host_of(url: str) -> str:
    """The URL's host, lowercased, without `www.`; empty when there is none."""
    try:
        return (urlsplit(url).hostname or "").removeprefix("www.").rstrip(".")
    except ValueError:
        return ""


# Country-code suffixes under which many sites register.
_PUBLIC_SUFFIX = re.compile(r"(?:com|net|org|gov|edu|co|ac|or|ne|go|info|biz|name|health|pro|int|mil)\.[a-z]{2}")


def is_site(host: str) -> bool:
    """Whether a host can be that of one outlet: not a country, and not `com.vn`."""
    return host == "localhost" or ("." in host.strip(".") and not _PUBLIC_SUFFIX.fullmatch(host)) or ":" in host


def same_site(url: str, hosts: tuple[str, ...]) -> bool:
    """Whether the URL lies on one of the hosts or on a subdomain of one. Compares hosts in IDNA form: `báo.vn` is
    `xn--bo-mia.vn`."""
    host = _ascii(host_of(url))
    return any(host == site or host.endswith("." + site) for site in map(_ascii, hosts))


_EXTRA_SLASHES = re.compile(r"^(https?:)?/{3,}", re.IGNORECASE)


def absolute(base: str, link: str) -> str | None:
    """The absolute http(s) URL of a link, without fragment and credentials; None for mailto:, javascript: and the like,
    and for a URL that is too long for a page's. More than two slashes before the host are two, as in browsers."""
    if len(link) > _LONGEST:
        return None
    try:
        joined = urljoin(base, _EXTRA_SLASHES.sub(r"\1//", link.strip().replace("\\", "/")))
        parts = urlsplit(joined)
        has_port = parts.port is None or parts.port > 0
    except ValueError:
        return None
    if parts.scheme not in ("http", "https") or not parts.hostname or not has_port or len(joined) > _LONGEST:
        return None
    return without_credentials(parts._replace(fragment="").geturl())
