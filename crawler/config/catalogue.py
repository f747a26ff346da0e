"""The catalogue of outlets: built in, tables of luubao.toml, and the user's own spiders in a folder outside luubao
(`spiders` in luubao.toml, or the folder of that name beside it). Reports each mistake with file and line; it does not
affect other outlets.
"""

from __future__ import annotations

import inspect
import os
import re
import sys
import traceback
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING, Any

from archive.model.errors import LuubaoError, Misconfigured, UnknownOutlet
from crawler.config.descriptions import FIELDS, OutletDescription, Tables, validate
from crawler.config.setting_types import check_code

if TYPE_CHECKING:
    from crawler.config.settings_in_force import Configuration
    from crawler.outlet import OutletSpider


PACKAGE = "luubao_spiders"
"""The package name under which the folder is imported."""
Wrong = Mapping[str, tuple[str, ...]]
"""The mistakes, in sentences, by the name of the outlet that cannot be used, or of the file that cannot be read."""

_configuration: list[Callable[[], Configuration]] = []


def set_configuration(settings: Callable[[], Configuration]) -> None:
    """Sets the configuration that names the folder; `settings` is called when outlets are looked for."""
    _configuration[:] = [settings]


def spiders_folder() -> Path | None:
    """The folder of spiders. Raises Misconfigured for a folder that is missing, or that other users can write."""
    place = _configuration[0]().folder("spiders") if _configuration else None
    if place is not None and not place.is_dir():
        raise Misconfigured(f"spiders are to be in {place}, and there is no such folder. See `spiders` in luubao.toml")
    if place is not None:
        check_code(place)
    return place


def own_spiders() -> tuple[list[OutletDescription], Wrong]:
    """The outlets of the user's spiders; and the mistakes, in sentences, by the name of the outlet that cannot be used,
    or of the file that cannot be read."""
    outlets: list[OutletDescription] = []
    wrong: dict[str, tuple[str, ...]] = {}
    for path, found in _loaded():
        if isinstance(found, Exception):
            wrong[path.stem] = (_import_error(path, found),)
            continue
        for spider in found:
            facts: dict[str, Any] = {name: getattr(spider, name, None) for name in FIELDS}
            outlets.append(OutletDescription(**facts, place=_place(path, spider)))
            if mistakes := list(validate(outlets[-1])):
                wrong[spider.name] = tuple(
                    f"{_place(path, spider, mistake.field)} {mistake.field}: {mistake.message}" for mistake in mistakes
                )
    return [outlet for outlet in outlets if outlet.name not in wrong], wrong


def spider_classes() -> dict[str, type[OutletSpider]]:
    """The user's spiders by name, but those in files that raise an error, which `own_spiders` reports."""
    return {spider.name: spider for _, found in _loaded() if not isinstance(found, Exception) for spider in found}


def _loaded() -> Iterator[tuple[Path, list[type[OutletSpider]] | Exception]]:
    """The files of the folder, each with its spiders, or with the error that it raises."""
    if (place := spiders_folder()) is None:
        return
    for path, module in _modules(place, PACKAGE):
        try:
            found: list[type[OutletSpider]] | Exception = list(_classes_in(_imported(module, place)))
        except Exception as error:  # noqa: BLE001  # the user's file may raise anything
            found = error
        yield path, found


def _modules(place: Path, package: str) -> Iterator[tuple[Path, str]]:
    """The files below a folder with spiders, with their module names."""
    for module in iter_modules([str(place)]):
        name = f"{package}.{module.name}"
        if module.ispkg:
            yield place / module.name / "__init__.py", name
            yield from _modules(place / module.name, name)
        else:
            yield place / f"{module.name}.py", name


def _imported(module: str, place: Path) -> ModuleType:
    if PACKAGE not in sys.modules:
        sys.modules[PACKAGE] = ModuleType(PACKAGE, "Spiders of one's own.")
    sys.modules[PACKAGE].__path__ = [str(place)]
    return import_module(module)


def _classes_in(module: ModuleType) -> Iterator[type[OutletSpider]]:
    for value in vars(module).values():
        own = _is_outlet_spider(value) and value.__module__ == module.__name__
        if own and getattr(value, "name", None):  # as for Scrapy, a class without a name is no spider
            yield value


def _is_outlet_spider(value: object) -> bool:
    """Compares the names of base classes: crawler.outlet imports this module, so it cannot be imported here."""
    ancestors = value.__mro__ if isinstance(value, type) else ()
    return any((base.__module__, base.__name__) == ("crawler.outlet", "OutletSpider") for base in ancestors)


def _place(path: Path, spider: type[OutletSpider], name: str = "class") -> str:
    """The file, with the line on which a spider sets the field of that name, or else begins."""
    try:
        lines, first = inspect.getsourcelines(spider)
    except (OSError, TypeError):  # a class that no statement makes
        return str(path)
    setting = re.compile(rf"\s+{name}\s*[:=]")
    return f"{path}:{next((number for number, line in enumerate(lines, first) if setting.match(line)), first)}"


def _import_error(path: Path, error: Exception) -> str:
    """Python's error in a file, in one sentence with the line."""
    if isinstance(error, SyntaxError):
        return f"{path}:{error.lineno}: {error.msg}: this is no Python. Fix the line, or remove the file"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"{path}{f':{lines[-1]}' if lines else ''}: {message}. Fix the line, or remove the file"


BUILT_IN = (
    # Successor of Báo Vĩnh Phúc since July 2025. Several crawlers report the feed's address; we have not fetched it.
    OutletDescription(
        "baophutho", "Báo Phú Thọ", "https://baophutho.vn/", ("baophutho.vn",), seeds=("/rss/home.rss", "/sitemap.xml")
    ),
    # The paper of a province that was merged into Phú Thọ on 1 July 2025. One section is known (January 2025); the home
    # page links to the others.
    OutletDescription(
        "baovinhphuc", "Báo Vĩnh Phúc", "https://baovinhphuc.com.vn/", ("baovinhphuc.com.vn",),
        seeds=("/chuyen-muc/cat/182/kinh-te/thu-hut-dau-tu-cong-nghiep", "/sitemap.xml", "/rss"),
    ),
    # The demo newspaper on the loopback interface, whose days pass in seconds.
    OutletDescription(
        "demo", "Báo Sông Thao", "http://127.0.0.1:8765/", ("127.0.0.1",), delay=0.0,
        custom_settings={"LUUBAO_RECHECK_ALL": True, "LUUBAO_PICTURE_REST": 0},
        seeds=("/rss/home.rss", "/sitemap.xml"),
    ),
)  # fmt: skip


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
    tables = _configuration[0]().declared if _configuration else Tables()
    spiders, wrong_spiders = own_spiders()
    named: defaultdict[str, list[OutletDescription]] = defaultdict(list)
    built_in = [outlet for outlet in BUILT_IN if outlet.name not in tables.outlets]  # the table is meant to override it
    for outlet in (*built_in, *spiders, *tables.outlets.values()):
        named[outlet.name].append(outlet)
    duplicates = {
        name: (_duplicate_error(name, descriptions),) for name, descriptions in named.items() if len(descriptions) > 1
    }
    wrong = {**wrong_spiders, **tables.wrong, **duplicates, **_wrong_rules()}
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
    return f"{name} is described twice, in {places}: neither is used until one is renamed or removed"
