"""Spiders that are nothing but constants, read from their files and not run."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crawler.outlets.outlet_checks import FIELDS, Described

_BASE = "OutletSpider"


class NotPlainError(Exception):
    """A file is more than spiders of constants, or is broken: importing it says what it holds, or what is wrong."""


def in_file(path: Path) -> Iterator[Described]:
    """The outlets whose spiders a file holds. Raises NotPlainError."""
    try:
        statements = ast.parse(path.read_bytes()).body
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise NotPlainError from error
    classes = [one for one in statements if isinstance(one, ast.ClassDef)]
    names = {one.name for one in classes}
    others = [one for one in statements if not isinstance(one, ast.ClassDef)]
    if len(names) < len(classes) or _BASE in names or not all(map(_is_harmless, others)):
        raise NotPlainError
    if classes and not any(map(_imports_base, others)):
        raise NotPlainError
    for one in classes:
        yield from _in_class(one, path)


def _is_harmless(statement: ast.stmt) -> bool:
    future = isinstance(statement, ast.ImportFrom) and statement.module == "__future__"
    return future or _is_text(statement) or _imports_base(statement)


def _imports_base(statement: ast.stmt) -> bool:
    """Whether it imports the one base that a plain spider has, and nothing else."""
    return isinstance(statement, ast.ImportFrom) and ast.unparse(statement) == f"from crawler.outlet import {_BASE}"


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _in_class(spider: ast.ClassDef, path: Path) -> Iterator[Described]:
    if [ast.unparse(base) for base in spider.bases] != [_BASE] or spider.keywords or spider.decorator_list:
        raise NotPlainError
    said = dict(_constant(statement) for statement in spider.body if not _is_text(statement))
    if said.get("name"):  # as for Scrapy, a spider without one is none
        try:
            own = {name: value for name, value in said.items() if name in FIELDS}
            yield Described(**own, place=f"{path}:{spider.lineno}")
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
    """The line on which a spider of that name gives a field, or begins; 0 where the file does not say."""
    try:
        classes = [one for one in ast.walk(ast.parse(path.read_bytes())) if isinstance(one, ast.ClassDef)]
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return 0
    for one in classes:
        given = {target.id: part for part in one.body for target in _targets(part) if isinstance(target, ast.Name)}
        value = getattr(given.get("name"), "value", None)
        if isinstance(value, ast.Constant) and value.value == name:
            return given[field].lineno if field in given else one.lineno
    return 0


def _targets(statement: ast.stmt) -> list[ast.expr]:
    if isinstance(statement, ast.AnnAssign):
        return [statement.target]
    return statement.targets if isinstance(statement, ast.Assign) else []
