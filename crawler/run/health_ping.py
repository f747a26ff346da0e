"""A monitoring service hears how every run ended, and misses the runs that never come.

The convention is that of healthchecks.io (https://healthchecks.io/docs/http_api/) and of those who follow it: a POST to
the address is a success, to the address with `/fail` after its path a failure; the body is kept for people.
"""

from __future__ import annotations

from http.client import HTTPException, InvalidURL
from importlib.metadata import version
from urllib.error import HTTPError
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

_TIMEOUT = 10  # seconds
_LONGEST = 10_000  # bytes of the body


def ping(url: str, *, success: bool, text: str) -> str | None:
    """Tells how a run ended. Returns why nobody could be told, None when it worked; never raises for what the network
    or the service does."""
    told = url if success else failing(url)
    body = text.encode("utf-8", "replace")[:_LONGEST].decode("utf-8", "ignore").encode()  # no half letter at its end
    headers = {"User-Agent": f"luubao/{version('luubao')}", "Content-Type": "text/plain; charset=utf-8"}
    try:
        with urlopen(Request(told, data=body, headers=headers), timeout=_TIMEOUT) as answer:
            answer.read(_LONGEST)
    except HTTPError as error:
        error.close()
        return f"ping_url answered {error.code}"
    except (OSError, HTTPException, ValueError) as error:
        return f"ping_url did not answer: {_why(error)}"
    return None


def _why(error: Exception) -> str:
    """What went wrong, without the address, which lets in whoever knows it: InvalidURL and ValueError quote it."""
    quoted = isinstance(error, InvalidURL | ValueError)
    return str((not quoted and (getattr(error, "reason", None) or error)) or type(error).__name__)


def failing(url: str) -> str:
    """Where a failure is told."""
    address = urlsplit(url)
    return address._replace(path=f"{address.path.rstrip('/')}/fail").geturl()
