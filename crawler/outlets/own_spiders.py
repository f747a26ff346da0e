"""The user's own outlets: tables of luubao.toml, and spiders in a folder outside luubao (`spiders` in luubao.toml, or
the folder of that name beside it). Reports each mistake with file and line; it does not affect other outlets.
"""

from __future__ import annotations

import inspect
import re
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from types import ModuleType
from typing import TYPE_CHECKING, Any

from archive.model.errors import Misconfigured
from crawler.config.setting_types import check_code
from crawler.outlets.outlet_checks import FIELDS, OutletDescription, validate

if TYPE_CHECKING:
    from crawler.config.settings_in_force import Configuration
    from crawler.outlet import OutletSpider


PACKAGE = "luubao_spiders"
"""The package name under which the folder is imported."""
Wrong = Mapping[str, tuple[str, ...]]

_configuration: list[Callable[[], Configuration]] = []


def set_configuration(settings: Callable[[], Configuration]) -> None:
    """Sets the configuration that names the folder; `settings` is called when outlets are looked for."""
    _configuration[:] = [settings]


@dataclass(frozen=True, slots=True)
class OwnOutlets:
    """The user's own outlets. wrong: the mistakes, in sentences, by the name of the outlet that cannot be used, or of
    the file that cannot be read."""

    outlets: tuple[OutletDescription, ...] = ()
    wrong: Wrong = field(default_factory=dict)


def declared() -> OwnOutlets:
    tables = _configuration[0]().declared if _configuration else None
    return OwnOutlets(tuple(tables.outlets.values()), tables.wrong) if tables else OwnOutlets()


def folder() -> Path | None:
    """The folder of spiders. Raises Misconfigured for a folder that is missing, or that other users can write."""
    place = _configuration[0]().folder("spiders") if _configuration else None
    if place is not None and not place.is_dir():
        raise Misconfigured(f"spiders are to be in {place}, and there is no such folder. See `spiders` in luubao.toml")
    if place is not None:
        check_code(place)
    return place


def spiders() -> OwnOutlets:
    place = folder()
    outlets: list[OutletDescription] = []
    wrong: dict[str, tuple[str, ...]] = {}
    for path, module in _modules(place, PACKAGE) if place else ():
        try:
            found = list(_classes_in(_imported(module)))
        except Exception as error:  # noqa: BLE001  # the user's file may raise anything
            wrong[path.stem] = (_import_error(path, error),)
            continue
        for spider in found:
            facts: dict[str, Any] = {name: getattr(spider, name, None) for name in FIELDS}
            outlets.append(OutletDescription(**facts, place=_place(path, spider)))
            if mistakes := list(validate(outlets[-1])):
                wrong[spider.name] = tuple(
                    f"{_place(path, spider, mistake.field)} {mistake.field}: {mistake.message}" for mistake in mistakes
                )
    return OwnOutlets(tuple(outlet for outlet in outlets if outlet.name not in wrong), wrong)


def classes() -> dict[str, type[OutletSpider]]:
    place = folder()
    spiders_by_name: dict[str, type[OutletSpider]] = {}
    for _, module in _modules(place, PACKAGE) if place else ():
        try:
            spiders_by_name |= {spider.name: spider for spider in _classes_in(_imported(module))}
        except Exception:  # noqa: BLE001  # `spiders` reports it
            continue
    return spiders_by_name


def _modules(place: Path, package: str) -> Iterator[tuple[Path, str]]:
    """The files below a folder with spiders, with their module names."""
    for module in iter_modules([str(place)]):
        name = f"{package}.{module.name}"
        if module.ispkg:
            yield place / module.name / "__init__.py", name
            yield from _modules(place / module.name, name)
        else:
            yield place / f"{module.name}.py", name


def _imported(module: str) -> ModuleType:
    place = folder()
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
        return f"{path}:{error.lineno}: {error.msg}: this is no Python. Mend the line, or take the file away"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"{path}{f':{lines[-1]}' if lines else ''}: {message}. Mend the line, or take the file away"
