"""The outlets there are spiders for, read from the spiders' files.

A spider is a class of constants (crawler/outlet.py). Where the files hold nothing else, they are read and not run, and
listing outlets does without Scrapy. Where one does more, such as compute or inherit from another spider, all are
imported, as for a crawl.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from archive.errors import UnknownOutlet
from archive.records import Outlet
from crawler import own_spiders
from crawler.keys import KEYS
from crawler.settings import SPIDER_MODULES

TIMEZONE = "Asia/Ho_Chi_Minh"
"""That of a spider that names none."""


@dataclass(frozen=True, slots=True)
class Described:
    """What a spider says of its outlet; the fields are those of OutletSpider."""

    name: str
    title: str
    home: str
    hosts: tuple[str, ...]
    timezone: str = TIMEZONE
    delay: float | None = None
    custom_settings: Mapping[str, Any] | None = None

    @property
    def outlet(self) -> Outlet:
        """The outlet, at home."""
        return Outlet(self.name, self.title, self.home, self.hosts, self.timezone)

    @property
    def settings(self) -> dict[str, Any]:
        """What the spider says of itself, by the names of settings."""
        own = dict(self.custom_settings or {}) | ({} if self.delay is None else {"DOWNLOAD_DELAY": self.delay})
        return {key.name: own[key.scrapy] for key in KEYS if key.scrapy in own and key.times == 1}


_BASE = "OutletSpider"
_FIELDS = tuple(Described.__dataclass_fields__)


def catalogue() -> list[Described]:
    """Every outlet there is a spider for, by name."""
    packages = [import_module(name) for name in [*SPIDER_MODULES, *own_spiders.packages()]]
    try:
        found = [one for package in packages for place in package.__path__ for one in _in_folder(Path(place))]
    except (_NotPlainError, OSError):
        return _imported()
    if len({one.name for one in found}) < len(found):  # Scrapy warns of such
        return _imported()
    return sorted(found, key=lambda one: one.name)


def described(name: str) -> Described:
    """The outlet of that name. Raises UnknownOutlet."""
    known = {one.name: one for one in catalogue()}
    if name not in known:
        raise unknown(name, list(known))
    return known[name]


def unknown(name: str, known: list[str]) -> UnknownOutlet:
    """What to say where there is no outlet of a name."""
    return UnknownOutlet(f"no outlet is called {name}. There are: {', '.join(known)}")


class _NotPlainError(Exception):
    """A file is more than spiders of constants, or is broken: importing it says what it holds, or what is wrong."""


def _imported() -> list[Described]:
    from crawler.crawl import outlets, spider_class

    spiders = [spider_class(name) for name in outlets()]
    return [Described(**{field: getattr(spider, field) for field in _FIELDS}) for spider in spiders]


def _in_folder(folder: Path) -> Iterator[Described]:
    for path in sorted(folder.iterdir()):
        if (path / "__init__.py").exists() or path.suffix in (".so", ".pyd", ".pyc"):
            raise _NotPlainError
        if path.suffix == ".py" and path.name != "__init__.py" and "." not in path.stem:
            yield from _in_file(path)


def _in_file(path: Path) -> Iterator[Described]:
    try:
        statements = ast.parse(path.read_bytes()).body
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _NotPlainError from error
    classes = [one for one in statements if isinstance(one, ast.ClassDef)]
    names = {one.name for one in classes}
    others = [one for one in statements if not isinstance(one, ast.ClassDef)]
    if len(names) < len(classes) or _BASE in names or not all(map(_is_harmless, others)):
        raise _NotPlainError
    if classes and not any(map(_imports_base, others)):
        raise _NotPlainError
    for one in classes:
        yield from _in_class(one)


def _is_harmless(statement: ast.stmt) -> bool:
    future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
    return future or _is_text(statement) or _imports_base(statement)


def _imports_base(statement: ast.stmt) -> bool:
    """Whether it imports the one base that a plain spider has, and nothing else."""
    return isinstance(statement, ast.ImportFrom) and ast.unparse(statement) == f"from crawler.outlet import {_BASE}"


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _in_class(spider: ast.ClassDef) -> Iterator[Described]:
    if [ast.unparse(base) for base in spider.bases] != [_BASE] or spider.keywords or spider.decorator_list:
        raise _NotPlainError
    said = dict(_constant(statement) for statement in spider.body if not _is_text(statement))
    if said.get("name"):  # as for Scrapy, a spider without one is none
        try:
            yield Described(**{field: value for field, value in said.items() if field in _FIELDS})
        except TypeError as error:
            raise _NotPlainError from error


def _constant(statement: ast.stmt) -> tuple[str, Any]:
    if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
        target = statement.targets[0]
    elif isinstance(statement, ast.AnnAssign):
        target = statement.target
    else:
        raise _NotPlainError
    if not isinstance(target, ast.Name) or statement.value is None:
        raise _NotPlainError
    try:
        return target.id, ast.literal_eval(statement.value)
    except (ValueError, TypeError, SyntaxError, RecursionError, MemoryError) as error:
        raise _NotPlainError from error
