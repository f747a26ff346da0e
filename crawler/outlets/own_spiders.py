"""The user's own outlets: tables of luubao.toml, and spiders in a folder outside luubao (`spiders` in luubao.toml, or
the folder of that name beside it). Reports each mistake with file and line; it does not affect other outlets.
"""

from __future__ import annotations

import ast
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


_BASE_CLASS = "OutletSpider"


class NotPlainError(Exception):
    """Raised where a file holds more than spiders of constants, or is broken: it must be imported to tell."""


def in_file(path: Path) -> Iterator[OutletDescription]:
    """The outlets of the spiders in a file. Raises NotPlainError."""
    try:
        statements = ast.parse(path.read_bytes()).body
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotPlainError from error
    classes = [statement for statement in statements if isinstance(statement, ast.ClassDef)]
    names = {spider.name for spider in classes}
    others = [statement for statement in statements if not isinstance(statement, ast.ClassDef)]
    if len(names) < len(classes) or _BASE_CLASS in names or not all(map(_is_harmless, others)):
        raise NotPlainError
    if classes and not any(map(_imports_base, others)):
        raise NotPlainError
    for spider in classes:
        yield from _outlet_of_class(spider, path)


def _is_harmless(statement: ast.stmt) -> bool:
    future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
    return future or _is_text(statement) or _imports_base(statement)


def _imports_base(statement: ast.stmt) -> bool:
    """Whether a statement imports OutletSpider, the base of a plain spider, and nothing else."""
    return (
        isinstance(statement, ast.ImportFrom) and ast.unparse(statement) == f"from crawler.outlet import {_BASE_CLASS}"
    )


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _outlet_of_class(spider: ast.ClassDef, path: Path) -> Iterator[OutletDescription]:
    if [ast.unparse(base) for base in spider.bases] != [_BASE_CLASS] or spider.keywords or spider.decorator_list:
        raise NotPlainError
    constants = dict(_constant(statement) for statement in spider.body if not _is_text(statement))
    if constants.get("name"):  # as for Scrapy, a class without a name is no spider
        try:
            own = {name: value for name, value in constants.items() if name in FIELDS}
            yield OutletDescription(**own, place=f"{path}:{spider.lineno}")
        except TypeError as error:
            raise NotPlainError from error


def _constant(statement: ast.stmt) -> tuple[str, Any]:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign):
        target = statement.target
    else:
        raise NotPlainError
    if not isinstance(target, ast.Name) or statement.value is None:
        raise NotPlainError
    try:
        return target.id, ast.literal_eval(statement.value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError) as error:
        raise NotPlainError from error


def line_of(path: Path, name: str, field: str) -> int:
    """The line on which a spider of that name sets a field, or else begins; 0 where the file has no such spider."""
    try:
        classes = [node for node in ast.walk(ast.parse(path.read_bytes())) if isinstance(node, ast.ClassDef)]
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return 0
    for spider in classes:
        fields = {
            target.id: statement
            for statement in spider.body
            for target in _targets(statement)
            if isinstance(target, ast.Name)
        }
        value = getattr(fields.get("name"), "value", None)
        if isinstance(value, ast.Constant) and value.value == name:
            return fields[field].lineno if field in fields else spider.lineno
    return 0


def _targets(statement: ast.stmt) -> list[ast.expr]:
    if isinstance(statement, ast.AnnAssign):
        return [statement.target]
    return statement.targets if isinstance(statement, ast.Assign) else []


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
    """The outlets from the tables of luubao.toml."""
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
    """The outlets of the spiders in the folder; files of constants are parsed, all others are run."""
    place = folder()
    outlets: list[OutletDescription] = []
    wrong: dict[str, tuple[str, ...]] = {}
    for path, module in _modules(place, PACKAGE) if place else ():
        try:
            outlets += [*in_file(path)]
        except NotPlainError:
            try:
                outlets += [_described(spider, path) for spider in _classes_in(_imported(module))]
            except Exception as error:  # noqa: BLE001  # the user's file may raise anything
                wrong[path.stem] = (_import_error(path, error),)
    for outlet in outlets:
        if sentences := tuple(_mistake_sentences(outlet)):
            wrong[outlet.name] = sentences
    return OwnOutlets(tuple(outlet for outlet in outlets if outlet.name not in wrong), wrong)


def classes() -> dict[str, type[OutletSpider]]:
    """The spider classes in the folder, by name."""
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


def _described(spider: type[OutletSpider], path: Path) -> OutletDescription:
    facts: dict[str, Any] = {name: getattr(spider, name, None) for name in FIELDS}
    line = line_of(path, spider.name, "")
    return OutletDescription(**facts, place=f"{path}:{line}" if line else str(path))


def _mistake_sentences(outlet: OutletDescription) -> Iterator[str]:
    path = Path(outlet.place.rpartition(":")[0] or outlet.place)
    for mistake in validate(outlet):
        line = line_of(path, outlet.name, mistake.field)
        yield f"{path}{f':{line}' if line else ''} {mistake.field}: {mistake.message}"


def _import_error(path: Path, error: Exception) -> str:
    """Python's error in a file, in one sentence with the line."""
    if isinstance(error, SyntaxError):
        return f"{path}:{error.lineno}: {error.msg}: this is no Python. Mend the line, or take the file away"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    message = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"{path}{f':{lines[-1]}' if lines else ''}: {message}. Mend the line, or take the file away"
