"""Generates the two source files of a new outlet from the findings: its spider and its reading rules."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from archive.model.errors import Unwritable
from archive.runtime.atomic_files import atomic_write
from archive.text.folding import key_of
from crawler.probe.probe_findings import Findings, NotProbed, RuleTrial, Source

_MAX_SITEMAPS = 6
_WIDTH = 116
_UNSAFE_CHARACTERS = re.compile(r'["\\]')


def spider_file(found: Findings) -> str:
    """The source of the outlet's spider."""
    seeds = _seeds(found)
    lines = [
        f'"""{_docstring_safe(found.title.value)}, {urlsplit(found.home).netloc}."""',
        "",
        "from crawler.outlet import OutletSpider",
        "",
        "",
        f"class {_class_name(found)}(OutletSpider):",
        f'    name = "{found.name.value}"',
        f"    title = {_quoted(found.title.value)}",
        f'    home = "{found.home}"',
        f"    hosts = ({', '.join(map(_quoted, found.hosts))},)",
    ]
    if seeds:
        lines += _tuple("seeds", seeds)
    if found.timezone.value != "Asia/Ho_Chi_Minh":
        lines.append(f'    timezone = "{found.timezone.value}"')
    if found.is_local and found.delay is None:
        lines.append("    delay = 0.0  # it is on this machine")
    return "\n".join(lines) + "\n"


def rules_file(found: Findings) -> str:
    """The source of the outlet's reading rules; without rules where the reader needs none."""
    field_counts = ", ".join(
        f"{counted.field} {counted.have} of {counted.of}" for counted in found.coverage if counted.of
    )
    lines = [
        f'"""{_docstring_safe(found.title.value)}, {urlsplit(found.home).netloc}.',
        "",
        *_wrapped(f"What was found in {found.articles} of its articles without rules of its own: {field_counts}."),
        '"""',
        "",
        *_rules(found),
    ]
    return "\n".join(lines) + "\n"


def write(found: Findings, folder: Path) -> tuple[Path, Path]:
    """Writes both files to their places in the project in this folder, and returns their paths. Raises NotProbed where
    one exists, and then writes neither."""
    places = paths(found.name.value, folder)
    existing = [path for path in places if path.exists()]
    if existing:
        raise NotProbed(
            f"{existing[0]} is there already, and nothing was written. Name another with --name, or move it away"
        )
    try:
        with ExitStack() as stack:
            for path, text in zip(places, (spider_file(found), rules_file(found)), strict=True):
                stack.enter_context(atomic_write(path, parents=True)).write_text(text, "utf-8")
    except Unwritable as error:
        raise NotProbed(str(error)) from error
    return places


def paths(name: str, folder: Path) -> tuple[Path, Path]:
    """The paths of an outlet's two files in a project."""
    return folder / "crawler" / "spiders" / f"{name}.py", folder / "archive" / "rules" / f"{name}.py"


def _seeds(found: Findings) -> list[str]:
    """The feed with the most entries and the working sitemaps, relative to the home page. The home page itself is
    always a seed: it links to the sections of its menu and declares feeds."""
    feeds, maps = seeds_by_kind(found)
    return [*feeds, *maps]


def seeds_by_kind(found: Findings) -> tuple[list[str], list[str]]:
    """The same seeds, as (feeds, sitemaps)."""
    feeds = sorted(
        (source for source in found.sources if source.kind == "feed" and source.works), key=_most_entries_first
    )
    maps = [
        source for source in found.sources if source.kind != "feed" and source.works and not _is_in_index(source, found)
    ]
    return [_relative_url(source, found.home) for source in feeds[:1]], [
        _relative_url(source, found.home) for source in maps[:_MAX_SITEMAPS]
    ]


def _most_entries_first(feed: Source) -> int:
    return -(feed.entries or 0)


def _is_in_index(source: Source, found: Findings) -> bool:
    """Whether a sitemap index names this sitemap."""
    indexes = [index for index in found.sources if index.kind == "sitemap-index"]
    return any(source.why.startswith(f"{urlsplit(index.url).path} names it") for index in indexes)


def _relative_url(source: Source, home: str) -> str:
    parts, own = urlsplit(source.url), urlsplit(home)
    if parts.netloc != own.netloc:
        return source.url
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _rules(found: Findings) -> Iterator[str]:
    host = f"HOSTS = ({', '.join(map(_quoted, found.hosts))},)"
    uses_cls = any(trial.suggestion.name[0] == "class" for trial in found.trials)
    if not found.trials:
        yield from ("from archive.rules.base import Rules", "", host, "", "RULES: tuple[Rules, ...] = ()")
        return
    yield from (
        f"from archive.rules.base import Rules{', cls' if uses_cls else ''}",
        "",
        host,
        "",
        "RULES = (",
        "    Rules(",
    )
    yield f'        name="{found.name.value}",'
    for trial in found.trials:
        yield f"        # tried on {trial.of} articles that lacked it, found in {trial.gained}: look whether it is so"
        yield f"        {trial.suggestion.field}=({_xpath_source(trial)},),"
    yield from ("    ),", ")")


def _xpath_source(trial: RuleTrial) -> str:
    kind, value = trial.suggestion.name
    dot = "." if trial.suggestion.field == "caption" else ""
    if kind == "id":
        return f"\"{dot}//*[@id='{value}']\""
    return f"f\"{dot}//*[{{cls('{value}')}}]\""


def _class_name(found: Findings) -> str:
    words = [key_of(word) for word in re.split(r"[\W_]+", found.title.value)]
    name = "".join(word.capitalize() for word in words if word.isascii())
    return name if name.isidentifier() else "".join(part.capitalize() for part in found.name.value.split("_"))


def _tuple(name: str, values: list[str]) -> list[str]:
    line = f"    {name} = ({', '.join(map(_quoted, values))}{',' if len(values) == 1 else ''})"
    if len(line) <= _WIDTH:
        return [line]
    return [f"    {name} = (", *(f"        {_quoted(value)}," for value in values), "    )"]


def _quoted(text: str) -> str:
    return f'"{text}"' if not _UNSAFE_CHARACTERS.search(text) and text.isprintable() else repr(text)


def _docstring_safe(text: str) -> str:
    """The text without characters that could end a docstring."""
    return _UNSAFE_CHARACTERS.sub("", text)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(_docstring_safe(text), _WIDTH)
