"""The catalogue of outlets: built in, and the user's own from luubao.toml and spiders (crawler.outlets.own_spiders)."""

from __future__ import annotations

import os
from collections import defaultdict
from dataclasses import dataclass

from archive.model.errors import LuubaoError, Misconfigured, UnknownOutlet
from crawler.outlets import own_spiders
from crawler.outlets.built_in import BUILT_IN
from crawler.outlets.outlet_checks import OutletDescription
from crawler.outlets.own_spiders import Wrong


@dataclass(frozen=True, slots=True)
class Catalogue:
    """outlets: by name; wrong: the mistakes, in sentences, of each outlet that cannot be used, by name; built_in: the
    names of those that come with luubao, and that neither a table nor a spider of the user's overrides."""

    outlets: dict[str, OutletDescription]
    wrong: Wrong
    built_in: frozenset[str] = frozenset()

    def messages(self) -> tuple[str, ...]:
        return tuple(sentence for sentences in self.wrong.values() for sentence in sentences)


def load_catalogue() -> Catalogue:
    """Loads the catalogue: every outlet, and the mistakes in those that cannot be used. A table of luubao.toml
    overrides a built-in outlet of its name; other duplicate names are refused. Raises Misconfigured for a folder of
    spiders that is missing, or that other users can write."""
    declared, spiders = own_spiders.declared(), own_spiders.spiders()
    named: defaultdict[str, list[OutletDescription]] = defaultdict(list)
    tables = {outlet.name for outlet in declared.outlets}
    built_in = [outlet for outlet in BUILT_IN if outlet.name not in tables]  # the table is meant to override it
    for outlet in (*built_in, *spiders.outlets, *declared.outlets):
        named[outlet.name].append(outlet)
    duplicates = {
        name: (_duplicate_error(name, descriptions),) for name, descriptions in named.items() if len(descriptions) > 1
    }
    wrong = {**spiders.wrong, **declared.wrong, **duplicates, **_wrong_rules()}
    return Catalogue(
        {name: descriptions[0] for name, descriptions in sorted(named.items()) if name not in wrong},
        wrong,
        frozenset(outlet.name for outlet in built_in),
    )


def catalogue() -> list[OutletDescription]:
    """Every outlet that can be used, by name."""
    return list(load_catalogue().outlets.values())


def described(name: str) -> OutletDescription:
    """The outlet of that name. Raises UnknownOutlet, and Misconfigured where it cannot be used."""
    loaded = load_catalogue()
    if name in loaded.wrong:
        raise Misconfigured("; ".join(loaded.wrong[name]))
    if name not in loaded.outlets:
        raise unknown(name, loaded)
    return loaded.outlets[name]


def unknown(name: str, found: Catalogue) -> LuubaoError:
    """The error for an unknown name, with all mistakes: the outlet may be in a file that cannot be read."""
    message = f"no outlet is called {name}. There are: {', '.join(found.outlets)}"
    return UnknownOutlet("; ".join([message, *found.messages()]))


def _wrong_rules() -> Wrong:
    if not os.environ.get("LUUBAO_RULES"):
        return {}
    from archive.extract.own_rules import mistakes  # lxml takes its time to import

    return {name: (sentence,) for name, sentence in mistakes().items()}


def _duplicate_error(name: str, descriptions: list[OutletDescription]) -> str:
    places = " and ".join(outlet.place for outlet in descriptions)
    return f"{name} is described twice, in {places}: neither is used before one has another name, or is taken away"
