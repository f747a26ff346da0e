"""Packages that import their public names when somebody first asks for them (PEP 562, for packages), so that a command
imports what it uses."""

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
        """A public name that nobody has asked for yet. Raises AttributeError for any other."""
        home = self.__dict__.get(_HOMES, {}).get(name)
        if home is None:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r}")
        value = getattr(import_module(home), name)
        setattr(self, name, value)
        return value

    def __dir__(self) -> list[str]:
        return sorted({*super().__dir__(), *self.__dict__.get(_HOMES, {})})


def lazy(package: str, homes: Mapping[str, str]) -> None:
    """Makes a package lazy. homes: the modules that define its public names, each with these names, spaces between."""
    module = sys.modules[package]
    module.__dict__[_HOMES] = {name: home for home, names in homes.items() for name in names.split()}
    module.__class__ = LazyPackage


def import_all(package: str) -> None:
    """Imports every public name of a lazy package: for a process that others are forked from."""
    module = import_module(package)
    for name in module.__dict__[_HOMES]:
        getattr(module, name)
