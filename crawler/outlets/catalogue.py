"""The outlets there are: luubao's own, and one's own from luubao.toml and from spiders (crawler.outlets.own_spiders).

A spider is a class of constants (crawler/outlet.py). Where its file holds nothing else, it is read and not run, and
listing outlets does without Scrapy. Where one does more, such as compute or inherit from another spider, it is
imported, as for a crawl.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from archive.model.errors import LuubaoError, Misconfigured, UnknownOutlet
from crawler.outlets import own_spiders
from crawler.outlets.outlet_checks import Described
from crawler.outlets.own_spiders import Wrong
from crawler.outlets.spider_constants import in_file
from crawler.settings import SPIDER_MODULES


@dataclass(frozen=True, slots=True)
class Catalogue:
    """outlets: by name; wrong: sentences, by the names of the outlets that cannot be used."""

    outlets: dict[str, Described]
    wrong: Wrong

    def told(self) -> tuple[str, ...]:
        """All that is wrong."""
        return tuple(sentence for sentences in self.wrong.values() for sentence in sentences)


def survey() -> Catalogue:
    """Every outlet, and what is wrong with those that cannot be used. A table of luubao.toml goes before an outlet of
    its name that comes with luubao; otherwise two of one name are refused. Raises Misconfigured for a folder of spiders
    that is not there, or that is not ours alone."""
    declared, spiders = own_spiders.declared(), own_spiders.spiders()
    named: defaultdict[str, list[Described]] = defaultdict(list)
    tables = {one.name for one in declared.outlets}
    built_in = [one for one in _built_in() if one.name not in tables]  # whoever writes it down again means it
    for one in (*built_in, *spiders.outlets, *declared.outlets):
        named[one.name].append(one)
    twice = {name: (_twice(name, found),) for name, found in named.items() if len(found) > 1}
    wrong = {**spiders.wrong, **declared.wrong, **twice}
    return Catalogue({name: found[0] for name, found in sorted(named.items()) if name not in wrong}, wrong)


def catalogue() -> list[Described]:
    """Every outlet that can be used, by name."""
    return list(survey().outlets.values())


def described(name: str) -> Described:
    """The outlet of that name. Raises UnknownOutlet, and Misconfigured where it cannot be used."""
    found = survey()
    if name in found.wrong:
        raise Misconfigured("; ".join(found.wrong[name]))
    if name not in found.outlets:
        raise unknown(name, found)
    return found.outlets[name]


def unknown(name: str, found: Catalogue) -> LuubaoError:
    """What to say where there is no outlet of a name: it may stand in what cannot be read."""
    told = f"no outlet is called {name}. There are: {', '.join(found.outlets)}"
    return UnknownOutlet("; ".join([told, *found.told()]))


def _built_in() -> list[Described]:
    """The outlets that come with luubao."""
    folders = [Path(place) for name in SPIDER_MODULES for place in import_module(name).__path__]
    return [one for place in folders for path in sorted(place.glob("*.py")) for one in in_file(path)]


def _twice(name: str, found: list[Described]) -> str:
    places = " and ".join(one.place for one in found)
    return f"{name} is described twice, in {places}: neither is used before one has another name, or is taken away"
