"""Parses spiders that are nothing but constants from their files, without running them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from crawler.outlets.outlet_checks import FIELDS, OutletDescription

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
