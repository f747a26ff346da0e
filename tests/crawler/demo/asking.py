"""The paper asked without a network: an address in, an answer out."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from itertools import count
from urllib.parse import unquote, urlsplit

from crawler.demo.edition import Edition
from crawler.demo.newsroom_records import HANOI
from crawler.demo.page_furniture import RequestContext
from crawler.demo.router import Answer, RouteRequest, answer

BASE = "http://127.0.0.1:8765"

Look = Callable[[str], Answer]


def opened(edition: Edition) -> Look:
    """Asks the edition for an address, every time as the next of its readers."""
    serials = count(1)

    def ask(url: str) -> Answer:
        parts = urlsplit(url)
        visit = RequestContext(edition, BASE, next(serials), datetime(2026, 5, 18, 10, tzinfo=HANOI))
        return answer(RouteRequest(visit, unquote(parts.path) or "/", parts.query, 0.0))

    return ask
