"""Outlets of one's own: the tables of luubao.toml, and spiders in a folder outside luubao (`spiders` in luubao.toml, or
the folder of that name beside it). A mistake in one of them is told with its place, and stops no other."""

from __future__ import annotations

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
from crawler.config.trusted_files import check_code
from crawler.outlets.outlet_checks import FIELDS, Described, mistakes
from crawler.outlets.spider_constants import NotPlainError, in_file, line_of

if TYPE_CHECKING:
    from crawler.config.settings_in_force import Configuration
    from crawler.outlet import OutletSpider

PACKAGE = "luubao_spiders"
"""The package that the folder becomes."""
Wrong = Mapping[str, tuple[str, ...]]

_asked: list[Callable[[], Configuration]] = []


def look_in(settings: Callable[[], Configuration]) -> None:
    """Says where they are; `settings` is called when outlets are looked for."""
    _asked[:] = [settings]


@dataclass(frozen=True, slots=True)
class Own:
    """What was found. outlets: each as it is described, right or wrong; wrong: sentences, by the names of the outlets
    that cannot be used, or of files in which none can be told."""

    outlets: tuple[Described, ...] = ()
    wrong: Wrong = field(default_factory=dict)


def declared() -> Own:
    """The outlets that the settings describe."""
    tables = _asked[0]().declared if _asked else None
    return Own(tuple(tables.outlets.values()), tables.wrong) if tables else Own()


def folder() -> Path | None:
    """Where the spiders are. Raises Misconfigured for a folder that is not there, or that is not ours alone."""
    place = _asked[0]().spiders() if _asked else None
    if place is not None and not place.is_dir():
        raise Misconfigured(f"spiders are to be in {place}, and there is no such folder. See `spiders` in luubao.toml")
    if place is not None:
        check_code(place)
    return place


def spiders() -> Own:
    """The outlets that spiders in the folder describe; only those files are run that are more than constants."""
    place = folder()
    found: list[Described] = []
    wrong: dict[str, tuple[str, ...]] = {}
    for path, module in _modules(place, PACKAGE) if place else ():
        try:
            found += [*in_file(path)]
        except NotPlainError:
            try:
                found += [_described(one, path) for one in _classes_in(_imported(module))]
            except Exception as error:  # noqa: BLE001  # whatever somebody else's file does
                wrong[path.stem] = (_broken(path, error),)
    for one in found:
        if told := tuple(_told(one)):
            wrong[one.name] = told
    return Own(tuple(one for one in found if one.name not in wrong), wrong)


def classes() -> dict[str, type[OutletSpider]]:
    """The spiders in the folder that can be run, by name."""
    place = folder()
    found: dict[str, type[OutletSpider]] = {}
    for _, module in _modules(place, PACKAGE) if place else ():
        try:
            found |= {one.name: one for one in _classes_in(_imported(module))}
        except Exception:  # noqa: BLE001  # told by `spiders`, where it is somebody's turn
            continue
    return found


def _modules(place: Path, package: str) -> Iterator[tuple[Path, str]]:
    """The files below a folder with spiders, and the names of the modules that they become."""
    for one in iter_modules([str(place)]):
        name = f"{package}.{one.name}"
        if one.ispkg:
            yield place / one.name / "__init__.py", name
            yield from _modules(place / one.name, name)
        else:
            yield place / f"{one.name}.py", name


def _imported(module: str) -> ModuleType:
    place = folder()
    if PACKAGE not in sys.modules:
        sys.modules[PACKAGE] = ModuleType(PACKAGE, "Spiders of one's own.")
    sys.modules[PACKAGE].__path__ = [str(place)]
    return import_module(module)


def _classes_in(module: ModuleType) -> Iterator[type[OutletSpider]]:
    for value in vars(module).values():
        own = _is_outlet_spider(value) and value.__module__ == module.__name__
        if own and getattr(value, "name", None):  # as for Scrapy, a spider without one is none
            yield value


def _is_outlet_spider(value: object) -> bool:
    """By its ancestors' names: crawler.outlet asks this module which outlets there are, so it is not imported here."""
    ancestors = value.__mro__ if isinstance(value, type) else ()
    return any((base.__module__, base.__name__) == ("crawler.outlet", "OutletSpider") for base in ancestors)


def _described(spider: type[OutletSpider], path: Path) -> Described:
    said: dict[str, Any] = {name: getattr(spider, name, None) for name in FIELDS}
    line = line_of(path, spider.name, "")
    return Described(**said, place=f"{path}:{line}" if line else str(path))


def _told(one: Described) -> Iterator[str]:
    path = Path(one.place.rpartition(":")[0] or one.place)
    for wrong in mistakes(one):
        line = line_of(path, one.name, wrong.field)
        yield f"{path}{f':{line}' if line else ''} {wrong.field}: {wrong.told}"


def _broken(path: Path, error: Exception) -> str:
    """What Python says of a file, in one sentence with the line."""
    if isinstance(error, SyntaxError):
        return f"{path}:{error.lineno}: {error.msg}: this is no Python. Mend the line, or take the file away"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"{path}{f':{lines[-1]}' if lines else ''}: {said}. Mend the line, or take the file away"
