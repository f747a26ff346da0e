"""Checks before an archive is served to the public, and Datasette's settings for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from archive.storage.connection import Database
from archive.storage.withdrawals.withdrawal_lookup import exposed

SETTINGS = {
    "default_allow_sql": "off",  # canned queries stay allowed; visitors' SQL would take the server's time
    "sql_time_limit_ms": "1500",
    "facet_time_limit_ms": "300",
    "max_returned_rows": "500",
    "allow_csv_stream": "off",
    "template_debug": "off",
    "trace_debug": "off",
}
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


def problems(db: Database, address: str, host: str, pictures: Path | None) -> Iterator[str]:
    """Yields problems, each a sentence with its remedy; none when the archive may be served. address: its public URL;
    host: where the server will listen; pictures: the folder to serve."""
    parts = urlsplit(address)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        yield f"{address!r} is no address. Give the one under which people will see the archive: https://..."
    elif parts.scheme == "http" and parts.hostname not in _LOOPBACK:
        yield f"{address} is not encrypted: whoever sits between can change what people read. Give it as https://..."
    if parts.query or parts.fragment:
        yield f"{address} has a question mark or a hash in it. Give host and path only"
    if host not in _LOOPBACK:
        yield f"the server would listen on {host}, without encryption. Leave --host out, and let the proxy ask it"
    for exposure in exposed(db, pictures):
        yield f"{exposure}. Run `luubao verify`, then withdraw it again"
