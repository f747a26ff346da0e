"""Health ping: tells a monitoring service how every run ended; the service notices missing runs.

The protocol is that of healthchecks.io (https://healthchecks.io/docs/http_api/): a POST to the address is a success, to
the address with `/fail` after its path a failure; the service keeps the body for people.
"""

from __future__ import annotations

from http.client import HTTPException, InvalidURL
from importlib.metadata import version
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

_TIMEOUT = 10  # seconds
_MAX_BODY_BYTES = 10_000  # bytes of the body


def ping(url: str, *, success: bool, text: str) -> str | None:
    """Sends a ping. Returns why it failed, None when it worked; never raises for an error of the network or the
    service."""
    target = url if success else failing(url)
    body = (
        text.encode("utf-8", "replace")[:_MAX_BODY_BYTES].decode("utf-8", "ignore").encode()
    )  # without half a character at its end
    headers = {"User-Agent": f"luubao/{version('luubao')}", "Content-Type": "text/plain; charset=utf-8"}
    try:
        with urlopen(Request(target, data=body, headers=headers), timeout=_TIMEOUT) as answer:
            answer.read(_MAX_BODY_BYTES)
    except HTTPError as error:
        error.close()
        return f"ping_url answered {error.code}"
    except (OSError, HTTPException, ValueError) as error:
        return f"ping_url did not answer: {_error_text(error)}"
    return None


def _error_text(error: Exception) -> str:
    """The error without the address, which is secret: InvalidURL and ValueError quote it."""
    quoted = isinstance(error, InvalidURL | ValueError)
    return str((not quoted and (getattr(error, "reason", None) or error)) or type(error).__name__)


def failing(url: str) -> str:
    """The address for a failure."""
    address = urlsplit(url)
    return address._replace(path=f"{address.path.rstrip('/')}/fail").geturl()
