"""SURT keys (Sort-friendly URI Reordering Transform), by which CDX indexes of web archives are sorted.

The keys are those of the library `surt`, with which pywb and the Wayback Machine look captures up; a test compares the
two."""

from __future__ import annotations

import re
import string
from contextlib import suppress
from urllib.parse import quote_from_bytes, unquote_to_bytes, urlsplit

_SAFE = string.punctuation.replace("#", "").replace("%", "")
_WWW = re.compile(r"www\d*\.")
_ASP_SESSION = re.compile(r"\((?:[a-z]\([0-9a-z]{24}\))++\)|\([0-9a-z]{24}\)")
_SESSIONS = [
    re.compile(rf"{session}(?=&|$)")
    for session in (
        "jsessionid=[0-9a-z]{32}", "phpsessid=[0-9a-z]{32}", "sid=[0-9a-z]{32}", "aspsessionid[a-z]{8}=[a-z]{24}",
        "cfid=[^&]+&cftoken=[^&]+",
    )
]  # fmt: skip
_PORTS = {"http": 80, "https": 443}


def surt(url: str) -> str:
    """The SURT key of an absolute URL: `com,example)/path?a=1`."""
    parts = urlsplit(url)
    host = _WWW.sub("", _host(parts.hostname or ""), count=1) if parts.hostname else ""
    port = f":{parts.port}" if parts.port and parts.port != _PORTS.get(parts.scheme) else ""
    query = _query(parts.query)
    return f"{','.join(reversed(host.split('.')))}{port}){_path(parts.path)}{query and '?'}{query}"


def _host(host: str) -> str:
    with suppress(UnicodeError):  # an invalid host name stays as it is
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    return host.replace("..", ".").strip(".").lower()


def _path(path: str) -> str:
    segments: list[str] = []
    for segment in _unquoted(path).decode("latin-1").split("/")[1:]:
        if segment == "..":
            segments = segments[:-1] or ([] if segments else [".."])
        elif segment != ".":
            segments.append(segment)
    *folders, name = segments or [""]
    normalized = "/" + "".join(f"{folder}/" for folder in folders if folder) + name
    return _without_session(_quoted(normalized.encode("latin-1")).lower()).removesuffix("/") or "/"


def _without_session(path: str) -> str:
    """Removes the last path segment that is the session id of an ASP.NET site."""
    segments = path.split("/")
    for index in range(len(segments) - 2, 0, -1):
        if _ASP_SESSION.fullmatch(segments[index]) and ".aspx" in "/".join(segments[index + 1 :])[1:]:
            return "/".join(segments[:index] + segments[index + 1 :])
    return path


def _query(query: str) -> str:
    lowered = _quoted(_unquoted(query)).lower()
    for session in _SESSIONS:
        for match in [*session.finditer(lowered)][-1:]:
            lowered = lowered[: match.start()] + lowered[match.end() :].removeprefix("&")
    return "&".join("=".join(pair) for pair in sorted(tuple(pair.split("=", 1)) for pair in lowered.split("&")))


def _unquoted(text: str) -> bytes:
    """Percent-decodes until no escape is left, escaped escapes included."""
    data = text.encode("utf-8", "surrogatepass")
    while (decoded := unquote_to_bytes(data)) != data:
        data = decoded
    return data


def _quoted(text: bytes) -> str:
    return quote_from_bytes(text, safe=_SAFE)
