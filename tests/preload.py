"""Everything of ours that a command imports when it is called, for a process that commands are forked from."""

from __future__ import annotations

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

import archive
import crawler

# They run a program when they are imported, are for a process of Datasette's, or need what is not always installed.
_LEFT_OUT = {
    "archive.__main__", "archive.web.plugins", "archive.web.room", "archive.cli.reread_spark",
    "archive.cluster.spark_job", "crawler.__main__", "crawler.fleet",
}  # fmt: skip


def import_ours(packages: tuple[ModuleType, ...] = (archive, crawler)) -> None:
    """Imports all modules of ours but those left out. The reactor is not among them: each process has its own."""
    for package in packages:
        for found in iter_modules(package.__path__, f"{package.__name__}."):
            if found.name not in _LEFT_OUT:
                module = import_module(found.name)
                import_ours((module,) if found.ispkg else ())
