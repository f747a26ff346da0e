"""Lazy packages: import a public name when it is first accessed (PEP 562), so that a command imports only what it
uses."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from importlib import import_module
from typing import Any

_HOMES = "_homes_of_public_names"


def lazy(package: str, homes: Mapping[str, str]) -> None:
    """Makes a package lazy. homes: defining module -> the public names it defines, separated by spaces."""
    attributes = vars(sys.modules[package])
    home_of = {name: home for home, names in homes.items() for name in names.split()}

    def find(name: str) -> Any:
        if name not in home_of:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        value = attributes[name] = getattr(import_module(home_of[name]), name)
        return value

    attributes |= {_HOMES: home_of, "__getattr__": find, "__dir__": lambda: sorted({*attributes, *home_of})}


def import_all(package: str) -> None:
    """Imports every public name of a lazy package: for a process that forks others."""
    module = import_module(package)
    for name in module.__dict__[_HOMES]:
        getattr(module, name)
