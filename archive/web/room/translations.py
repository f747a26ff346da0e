"""Translations of the pages into Vietnamese and English; the texts are in texts.toml."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Literal, get_args

from markupsafe import Markup

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)
_FILE = Path(__file__).with_name("texts.toml")


@lru_cache(maxsize=1)
def texts() -> dict[str, dict[Language, str]]:
    """All texts by key and language."""
    return tomllib.loads(_FILE.read_text("utf-8"))


def say(language: Language, key: str, **values: object) -> str:
    """A text with its values filled in. Raises KeyError for an unknown key or a missing value."""
    return _form(language, key, values).format(**values)


def markup(language: Language, key: str, **values: object) -> Markup:
    """The same as markup: values that are not markup are escaped."""
    return Markup(_form(language, key, values)).format(**values)


def _form(language: Language, key: str, values: Mapping[str, object]) -> str:
    """The text, or its plural form: of two forms separated by a bar, the first is for n = 1."""
    singular, bar, plural = texts()[key][language].partition("|")
    return plural if bar and values.get("n") != 1 else singular


def preferred(accept_language: str) -> Language:
    """The supported language that Accept-Language prefers (RFC 9110, section 12.5.4); Vietnamese by default."""
    wanted: list[tuple[float, Language]] = []
    for part in accept_language.lower().split(","):
        tag, _, parameter = part.strip().partition(";")
        wanted += [(_quality(parameter), language) for language in LANGUAGES if tag.split("-")[0] == language]
    best = max(wanted, key=lambda pair: pair[0], default=(0.0, LANGUAGES[0]))
    return best[1] if best[0] > 0 else LANGUAGES[0]


def _quality(parameter: str) -> float:
    name, _, value = parameter.strip().partition("=")
    try:
        return float(value) if name.strip() == "q" else 1.0
    except ValueError:
        return 0.0
