"""Addresses in the order by which indexes of web archives are sorted (Sort-friendly URI Reordering Transform), as the
library `surt` makes them, by which pywb and the Wayback Machine look captures up; a test compares the two."""

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
    """The key of an absolute web address: `com,example)/path?a=1`."""
    parts = urlsplit(url)
    host = _WWW.sub("", _host(parts.hostname or ""), count=1) if parts.hostname else ""
    port = f":{parts.port}" if parts.port and parts.port != _PORTS.get(parts.scheme) else ""
    query = _query(parts.query)
    return f"{','.join(reversed(host.split('.')))}{port}){_path(parts.path)}{query and '?'}{query}"


def _host(host: str) -> str:
    with suppress(UnicodeError):  # what is no name of a host is left as it stands
        host = host if host.isascii() else host.encode("idna").decode("ascii")
    return host.replace("..", ".").strip(".").lower()


def _path(path: str) -> str:
    kept: list[str] = []
    for segment in _bare(path).decode("latin-1").split("/")[1:]:
        if segment == "..":
            kept = kept[:-1] or ([] if kept else [".."])
        elif segment != ".":
            kept.append(segment)
    *folders, last = kept or [""]
    tidy = "/" + "".join(f"{folder}/" for folder in folders if folder) + last
    return _without_session(_escaped(tidy.encode("latin-1")).lower()).removesuffix("/") or "/"


def _without_session(path: str) -> str:
    """Without the last folder that is the session of an ASP.NET site."""
    segments = path.split("/")
    for place in range(len(segments) - 2, 0, -1):
        if _ASP_SESSION.fullmatch(segments[place]) and ".aspx" in "/".join(segments[place + 1 :])[1:]:
            return "/".join(segments[:place] + segments[place + 1 :])
    return path


def _query(query: str) -> str:
    lowered = _escaped(_bare(query)).lower()
    for session in _SESSIONS:
        for last in [*session.finditer(lowered)][-1:]:
            lowered = lowered[: last.start()] + lowered[last.end() :].removeprefix("&")
    return "&".join("=".join(pair) for pair in sorted(tuple(one.split("=", 1)) for one in lowered.split("&")))


def _bare(text: str) -> bytes:
    """Without any escapes, those of escapes included."""
    found = text.encode("utf-8", "surrogatepass")
    while (bare := unquote_to_bytes(found)) != found:
        found = bare
    return found


def _escaped(text: bytes) -> str:
    return quote_from_bytes(text, safe=_SAFE)
