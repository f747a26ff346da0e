"""The limits of a run, from the settings, and the sentences on those that it reached."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from scrapy.settings import BaseSettings

from archive.model.limits import Limits

TIMED_OUT = "closespider_timeout"
"""Scrapy's finish reason where max_minutes are over."""
MAX_PAGES = "max-pages"
_TOO_MANY_LINKS = "not followed: what comes after"
GOES_ON = "the next run goes on from here"


def limits_of(settings: BaseSettings) -> Limits:
    """The limits that the archive enforces."""
    return Limits(
        settings.getint("LUUBAO_MAX_WAITING"),
        settings.getint("LUUBAO_MAX_SITEMAPS"),
        settings.getint("LUUBAO_SITEMAP_DEPTH"),
        settings.getint("LUUBAO_MAX_HEADER_BYTES"),
        settings.getint("LUUBAO_MAX_REDIRECTS"),
    )


def reached(counts: Mapping[str, int], reason: str, settings: BaseSettings) -> str | None:
    """A sentence on the limits that a run reached; None where it reached none. reason: its finish reason."""
    sentences = [*_limit_sentences(counts, reason, settings)]
    if sentences and sentences != [_SENTENCES["left: depth"].format(count=counts.get("left: depth", 0))]:
        sentences.append(GOES_ON)
    sentence = "; ".join(sentences)
    return f"{sentence[0].upper()}{sentence[1:]}" if sentence else None


def _limit_sentences(counts: Mapping[str, int], reason: str, settings: BaseSettings) -> Iterator[str]:
    if reason == TIMED_OUT:
        yield f"stopped after {settings.getfloat('CLOSESPIDER_TIMEOUT') / 60:g} minutes (max_minutes)"
    if reason == MAX_PAGES:
        yield f"stopped after {counts.get('captures', 0):,} pages (max_pages)"
    for name, sentence in _SENTENCES.items():
        if count := counts.get(name, 0):
            yield sentence.format(count=count)
    if count := sum(number for name, number in counts.items() if name.startswith(_TOO_MANY_LINKS)):
        yield f"{count:,} pages, feeds or sitemaps lead to more addresses than are followed from one"


_SENTENCES = {
    "left: sitemaps": "{count:,} new sitemaps wait (max_sitemaps)",
    "left: depth": "{count:,} addresses were left out, which too many sitemaps in a row name: raise sitemap_depth",
    "left: waiting": "{count:,} addresses were left out, for as many wait as may (max_waiting)",
    "left: headers": "the headers of {count:,} answers were cut (max_header_kilobytes)",
    "left: redirects": "{count:,} redirects were not followed, each after too many others (max_redirects)",
    "left: pictures": "{count:,} pictures wait (pictures_per_run)",
}
"""The sentence for each count, with the name of the limit's setting."""
