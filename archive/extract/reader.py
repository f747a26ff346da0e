"""One page in, one Reading or Unreadable out."""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version

from archive.extract import decode, limits
from archive.extract.body import Body, read_body
from archive.extract.metadata import Metadata, read_metadata
from archive.extract.page import Page, parse
from archive.extract.text import fold, text_of
from archive.records import Reading, Unreadable
from archive.rules.base import Rules


def read_page(
    body: bytes | str,
    url: str,
    *,
    captured_at: datetime | None = None,
    outlet: str | None = None,
    encoding: str | None = None,
) -> Reading | Unreadable:
    """Reads one page; pure, and the same page gives the same reading on every machine.

    body: the payload after content-decoding, or text already decoded. url: its final address. captured_at chooses
    among dated rules, outlet names them. encoding: the charset of the HTTP header. Never raises for any input.
    """
    rules: tuple[Rules, ...] = ()
    text = decode.decode(body, encoding) if isinstance(body, bytes) else decode.clean(body)
    refused = limits.refusal(text)
    if refused:
        return refused
    page = parse(text, url)
    if page is None:
        return Unreadable("empty" if not text.strip() else "not-html")
    metadata = _metadata(page, rules)
    return _reading(metadata, read_body(page, rules, metadata))


def _metadata(page: Page, rules: tuple[Rules, ...]) -> Metadata:
    try:
        return read_metadata(page, rules)
    except NotImplementedError:
        title = page.metas.get("og:title") or [text_of(one) for one in page.root.iter("h1")] or [""]
        return Metadata(headline=fold(title[0]))


def _reading(metadata: Metadata, body: Body) -> Reading | Unreadable:
    text = "\n\n".join(block.text for block in body.blocks if block.text)
    if not text and not body.images:
        return Unreadable("no-article")
    return Reading(
        kind="article",
        headline=metadata.headline or "",
        lead=body.lead,
        text=text,
        blocks=body.blocks,
        images=body.images,
        kicker=metadata.kicker,
        byline=metadata.byline,
        authors=metadata.authors,
        published_at=metadata.published_at,
        published_at_raw=metadata.published_at_raw,
        modified_at=metadata.modified_at,
        modified_at_raw=metadata.modified_at_raw,
        section=metadata.section,
        tags=metadata.tags,
        language=metadata.language,
        canonical_url=metadata.canonical_url,
        origins=metadata.origins + body.origins,
        extractor=_extractor(),
    )


@lru_cache(maxsize=1)
def _extractor() -> str:
    return ", ".join(f"{name} {_version(name)}" for name in ("luubao", "trafilatura"))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "unknown"
