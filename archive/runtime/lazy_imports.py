"""Lazy packages: import a public name when it is first accessed (PEP 562, for packages), so that a command imports only
what it uses."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from types import ModuleType
from typing import Any

_HOMES = "_homes_of_public_names"


class LazyPackage(ModuleType):
    """A package that looks its public names up in the modules that define them."""

    def __getattr__(self, name: str) -> Any:
        """Imports a public name on first access. Raises AttributeError for any other."""
        home = self.__dict__.get(_HOMES, {}).get(name)
        if home is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(import_module(home), name)
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.__dict__.get(_HOMES, {})})


def lazy(package: str, homes: Mapping[str, str]) -> None:
    """Makes a package lazy. homes: defining module -> the public names it defines, separated by spaces."""
    module = sys.modules[package]
    module.__dict__[_HOMES] = {name: home for home, names in homes.items() for name in names.split()}
    module.__class__ = LazyPackage


def import_all(package: str) -> None:
    """Imports every public name of a lazy package: for a process that forks others."""
    module = import_module(package)
    for name in module.__dict__[_HOMES]:
        getattr(module, name)
