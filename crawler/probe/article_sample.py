"""Samples a site's articles: picks URLs to fetch, measures field coverage, and tries suggested rules."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from archive import Reading, Unreadable, read_page
from archive.extract.rule_suggestions import Sample, Suggestion, suggestions
from archive.frontier.article_probability import LIKELY, Experience
from archive.frontier.url_patterns import form_of
from archive.model.urls import url_key, without_trackers
from archive.rules.xpath_rules import Rules
from crawler.probe.client import Client, Facts, Page
from crawler.probe.probe_findings import ArticleAsRead, Coverage, Form, RuleTrial, address

WANTED = 8
_MAX_CANDIDATES = 14
_RULE_THRESHOLD = 0.5  # of the articles that can have a field; a field found in fewer gets a suggested rule
_PLAUSIBLE = 0.299  # the probability of an unknown URL with a long number or many words in it
_MAX_SHOWN = 3

# Field -> whether an article can have it, whether it has it, its key in Reading.origins, its name in Rules.
_Predicate = Callable[[Reading], object]
_FIELDS: dict[str, tuple[_Predicate, _Predicate, str, str]] = {
    "headline": (lambda _: True, lambda r: r.headline, "headline", "headline"),
    "lead": (lambda _: True, lambda r: r.lead, "lead", "lead"),
    "byline": (lambda _: True, lambda r: r.authors or r.byline, "authors", "byline"),
    "time": (lambda _: True, lambda r: r.published_at, "published_at", "published"),
    "captions": (lambda r: r.images, lambda r: any(image.caption for image in r.images), "captions", "caption"),
    "body": (lambda _: True, lambda r: "no-body" not in r.flags and r.kind != "obfuscated", "body", "body"),
}


@dataclass(frozen=True, slots=True)
class FetchedCandidate:
    """A page fetched as a possible article, and its reading."""

    facts: Facts
    reading: Reading | Unreadable

    @property
    def url(self) -> str:
        return self.facts.page.url


async def sample(
    client: Client, addresses: Sequence[str], experience: Experience, spare: int
) -> list[FetchedCandidate]:
    """Fetches and reads pages until there are enough articles: the likeliest URLs first, every URL shape in its turn.
    addresses: the most trusted first; spare: requests to leave unused."""
    tried: list[FetchedCandidate] = []
    forms, articles = Counter[str](), 0
    first_urls = {url_key(without_trackers(url)): url for url in reversed(addresses)}
    waiting = {url: rank for rank, url in enumerate(reversed(first_urls.values()))}
    while waiting and articles < WANTED and len(tried) < _MAX_CANDIDATES and client.left() > spare:
        url = min(waiting, key=lambda url: _priority(url, waiting[url], experience, forms))
        del waiting[url]
        page = await client.get(url, "an article?")
        if not isinstance(page, Page) or not page.is_there:
            experience.learn(url, "other")
            continue
        facts = Facts(page, client.hosts)
        reading = read_page(page.body, page.url, encoding=page.encoding)
        experience.learn(url, "article" if isinstance(reading, Reading) else "list")
        forms[form_of(url, client.hosts)] += 1
        tried.append(FetchedCandidate(facts, reading))
        articles += isinstance(reading, Reading)
    return tried


LISTS = ("home", "listing")
"""The reasons of pages that are lists of articles."""


def lists_among(tried: Sequence[FetchedCandidate]) -> tuple[str, ...]:
    pages = [(candidate.url, candidate.reading) for candidate in tried]
    return tuple(url for url, reading in pages if isinstance(reading, Unreadable) and reading.reason in LISTS)


def as_read(tried: Sequence[FetchedCandidate]) -> tuple[ArticleAsRead, ...]:
    pages = [(candidate.url, candidate.reading) for candidate in tried]
    return tuple(_as_read(url, reading) for url, reading in pages if isinstance(reading, Reading))


def _as_read(url: str, reading: Reading) -> ArticleAsRead:
    byline = ", ".join(reading.authors) or reading.byline
    captions = tuple((image.caption, image.credit) for image in reading.images)
    words = len(reading.text.split())
    return ArticleAsRead(
        url, reading.headline, reading.lead, byline, reading.published_at, reading.section, captions, words
    )


def _priority(url: str, rank: int, experience: Experience, forms: Counter[str]) -> tuple[object, ...]:
    """The priority of a URL: those that may be lists come last; of the others, rarely tried shapes first, then the
    likeliest, then the most trusted."""
    form, probability = form_of(url, experience.hosts), experience.probability(url)
    return probability < _PLAUSIBLE, forms[form], probability <= LIKELY, rank


def forms(tried: Sequence[FetchedCandidate], hosts: tuple[str, ...]) -> tuple[Form, ...]:
    """The shapes of the articles' URLs, the most frequent first."""
    articles = [candidate.url for candidate in tried if isinstance(candidate.reading, Reading)]
    counted = Counter(form_of(url, hosts) for url in articles)
    example = {form_of(url, hosts): url for url in reversed(articles)}
    return tuple(Form(form, count, len(articles), example[form]) for form, count in counted.most_common())


def coverage(tried: Sequence[FetchedCandidate], timezone: str) -> tuple[Coverage, ...]:
    """For each field, the number of articles in which the existing rules find it."""
    readings = [
        (candidate.url, reading)
        for candidate in tried
        if isinstance(candidate.reading, Reading) and isinstance(reading := _reread(candidate, timezone), Reading)
    ]
    return tuple(_coverage_of_field(name, readings) for name in _FIELDS)


def _reread(candidate: FetchedCandidate, timezone: str, trial: tuple[Rules, ...] = ()) -> Reading | Unreadable:
    page = candidate.facts.page
    return read_page(page.body, page.url, encoding=page.encoding, timezone=timezone, trial=trial)


def _coverage_of_field(name: str, readings: list[tuple[str, Reading]]) -> Coverage:
    is_expected, is_found, origin, _ = _FIELDS[name]
    expecting = [(url, reading) for url, reading in readings if is_expected(reading)]
    found = Counter(dict(reading.origins).get(origin, "") for _, reading in expecting if is_found(reading))
    missing = tuple(address(url) for url, reading in expecting if not is_found(reading))
    origins = tuple(label for label, _ in found.most_common(_MAX_SHOWN) if label)
    return Coverage(name, len(expecting) - len(missing), len(expecting), origins, missing[:_MAX_SHOWN])


def trials(tried: Sequence[FetchedCandidate], coverages: Sequence[Coverage], timezone: str) -> tuple[RuleTrial, ...]:
    """The best suggested rule for each field that the reader misses in most articles; also a body rule for pages at
    article URLs that could not be read."""
    found = []
    for counted in coverages:
        if counted.of >= 2 and counted.have < _RULE_THRESHOLD * counted.of:
            lacking = [page for page in tried if _lacks_field(page.reading, counted.field)]
            found += _best_trial(counted.field, lacking, timezone)
    unread = [page for page in tried if isinstance(page.reading, Unreadable) and page.reading.reason == "no-article"]
    if len(unread) >= 2:
        found += _best_trial("body", unread, timezone)
    return tuple(found)


def read_again(tried: Sequence[FetchedCandidate], trials: Iterable[RuleTrial], timezone: str) -> list[FetchedCandidate]:
    """The pages as a crawl will read them, with the rules and the time zone that are written."""
    rules = tuple(_as_rules(trial.suggestion) for trial in trials)
    return [FetchedCandidate(page.facts, _reread(page, timezone, rules)) for page in tried]


def _as_rules(suggestion: Suggestion) -> Rules:
    rules: dict[str, Any] = {suggestion.field: (suggestion.xpath,)}
    return Rules(name="trial", **rules)


def _lacks_field(reading: Reading | Unreadable, field: str) -> bool:
    is_expected, is_found, _, _ = _FIELDS[field]
    return isinstance(reading, Reading) and bool(is_expected(reading)) and not is_found(reading)


def _best_trial(field: str, lacking: list[FetchedCandidate], timezone: str) -> list[RuleTrial]:
    _, is_found, _, rule_field = _FIELDS[field]

    def gained(suggestion: Suggestion) -> int:
        readings = [_reread(candidate, timezone, (_as_rules(suggestion),)) for candidate in lacking]
        return sum(isinstance(reading, Reading) and bool(is_found(reading)) for reading in readings)

    pages = [(candidate.facts.page, candidate.reading) for candidate in lacking]
    samples = [Sample(page.body, page.url, reading, page.encoding) for page, reading in pages]
    tried = [RuleTrial(rule, gained(rule), len(lacking)) for rule in suggestions(rule_field, samples)[:_MAX_SHOWN]]
    best = max(tried, key=lambda trial: trial.gained, default=None)
    return [best] if best and best.gained else []
