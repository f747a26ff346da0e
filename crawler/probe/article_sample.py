"""A sample of a site's articles: which addresses to try, how well they are read, and which rules would help."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from archive import Reading, Unreadable, read_page
from archive.extract.rule_suggestions import Sample, Suggestion, suggestions
from archive.frontier.url_patterns import LIKELY, Experience, shape_of
from archive.rules.base import Rules
from crawler.probe.client import Client, Page
from crawler.probe.page_facts import Facts
from crawler.probe.probe_findings import Coverage, Form, Trial

WANTED = 8
_TRIED = 14
_SYSTEMATIC = 0.5  # of the articles that can have a field; where it is found in fewer, a rule is looked for
_PLAUSIBLE = 0.299  # the promise of an address nobody knows that has a long number or many words in it
_SHOWN = 3

# Field -> whether an article can have it, whether it has, its name among origins, its name in a set of rules.
_Has = Callable[[Reading], object]
_FIELDS: dict[str, tuple[_Has, _Has, str, str]] = {
    "headline": (lambda _: True, lambda r: r.headline, "headline", "headline"),
    "lead": (lambda _: True, lambda r: r.lead, "lead", "lead"),
    "byline": (lambda _: True, lambda r: r.authors or r.byline, "authors", "byline"),
    "time": (lambda _: True, lambda r: r.published_at, "published_at", "published"),
    "captions": (lambda r: r.images, lambda r: any(one.caption for one in r.images), "captions", "caption"),
    "body": (lambda _: True, lambda r: "no-body" not in r.flags and r.kind != "obfuscated", "body", "body"),
}


@dataclass(frozen=True, slots=True)
class Tried:
    """A page that was taken for an article's, and what it turned out to be."""

    facts: Facts
    reading: Reading | Unreadable

    @property
    def url(self) -> str:
        """Where it was found, at the end of redirects."""
        return self.facts.page.url


async def sample(client: Client, addresses: Sequence[str], experience: Experience, spare: int) -> list[Tried]:
    """Reads articles until there are enough, the likeliest first and every shape in its turn. addresses: in the order
    of trust; spare: requests to be left for others."""
    tried: list[Tried] = []
    forms: Counter[str] = Counter()
    waiting = {url: place for place, url in enumerate(dict.fromkeys(addresses))}
    while waiting and _read(tried) < WANTED and len(tried) < _TRIED and client.left() > spare:
        url = min(waiting, key=lambda one: _order(one, waiting[one], experience, forms))
        del waiting[url]
        page = await client.get(url, "an article?")
        if not isinstance(page, Page) or not page.is_there:
            experience.learn(url, "other")
            continue
        facts = Facts(page, client.hosts)
        reading = read_page(page.body, page.url, encoding=page.encoding)
        experience.learn(url, "article" if isinstance(reading, Reading) else "list")
        forms[shape_of(url, client.hosts)] += 1
        tried.append(Tried(facts, reading))
    return tried


def _read(tried: Iterable[Tried]) -> int:
    return sum(isinstance(one.reading, Reading) for one in tried)


def _order(url: str, place: int, experience: Experience, forms: Counter[str]) -> tuple[object, ...]:
    """What cannot be told from a list comes last; of the others, shapes that were tried seldom, then the likeliest,
    then as they are trusted."""
    form, promise = shape_of(url, experience.hosts), experience.promise(url)
    return promise < _PLAUSIBLE, forms[form], promise <= LIKELY, place


def forms(tried: Sequence[Tried], hosts: tuple[str, ...]) -> tuple[Form, ...]:
    """The shapes of the articles' addresses, the most frequent first."""
    articles = [one.url for one in tried if isinstance(one.reading, Reading)]
    counted = Counter(shape_of(url, hosts) for url in articles)
    example = {shape_of(url, hosts): url for url in reversed(articles)}
    return tuple(Form(form, count, len(articles), example[form]) for form, count in counted.most_common())


def coverage(tried: Sequence[Tried], timezone: str) -> tuple[Coverage, ...]:
    """Field by field, how many of the articles give it, read with the rules there are."""
    readings = [(one.url, _again(one, timezone)) for one in tried if isinstance(one.reading, Reading)]
    return tuple(_covered(name, [(url, one) for url, one in readings if isinstance(one, Reading)]) for name in _FIELDS)


def _again(one: Tried, timezone: str, trial: tuple[Rules, ...] = ()) -> Reading | Unreadable:
    page = one.facts.page
    return read_page(page.body, page.url, encoding=page.encoding, timezone=timezone, trial=trial)


def _covered(name: str, readings: list[tuple[str, Reading]]) -> Coverage:
    can, has, origin, _ = _FIELDS[name]
    able = [(url, reading) for url, reading in readings if can(reading)]
    found = Counter(dict(reading.origins).get(origin, "") for _, reading in able if has(reading))
    missing = tuple(urlsplit(url).path for url, reading in able if not has(reading))
    origins = tuple(one for one, _ in found.most_common(_SHOWN) if one)
    return Coverage(name, len(able) - len(missing), len(able), origins, missing[:_SHOWN])


def trials(tried: Sequence[Tried], seen: Sequence[Coverage], timezone: str, name: str) -> tuple[Trial, ...]:
    """For every field that the reader misses more often than not, the suggested rule that helps most; and for pages
    whose addresses are articles' and that could not be read, where their text may be."""
    found = []
    for one in seen:
        if one.of >= 2 and one.have < _SYSTEMATIC * one.of:
            _, _, _, rule_field = _FIELDS[one.field]
            lacking = [each for each in tried if _lacks(each, one.field)]
            found += _best(rule_field, one.field, lacking, timezone, name)
    unread = [one for one in tried if isinstance(one.reading, Unreadable) and one.reading.reason == "no-article"]
    if len(unread) >= 2:
        found += _best("body", "body", unread, timezone, name)
    return tuple(found)


def _lacks(one: Tried, field: str) -> bool:
    can, has, _, _ = _FIELDS[field]
    return isinstance(one.reading, Reading) and bool(can(one.reading)) and not has(one.reading)


def _best(rule_field: str, field: str, lacking: list[Tried], timezone: str, name: str) -> list[Trial]:
    samples = [Sample(one.facts.page.body, one.url, one.reading, one.facts.page.encoding) for one in lacking]
    tested = [
        Trial(suggestion, sum(_helps(suggestion, one, field, timezone, name) for one in lacking), len(lacking))
        for suggestion in suggestions(rule_field, samples)[:_SHOWN]
    ]
    best = max(tested, key=lambda trial: trial.gained, default=None)
    return [best] if best and best.gained else []


def _helps(suggestion: Suggestion, one: Tried, field: str, timezone: str, name: str) -> bool:
    rules = Rules(name=name, **{suggestion.field: (suggestion.xpath,)})  # type: ignore[arg-type]  # a field of Rules
    reading = _again(one, timezone, (rules,))
    return isinstance(reading, Reading) and bool(_FIELDS[field][1](reading))
