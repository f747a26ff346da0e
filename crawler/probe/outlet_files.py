"""The two files of a new outlet, from what was found: its spider and its reading rules."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from urllib.parse import urlsplit

from archive.model.errors import Unwritable
from archive.runtime.atomic_files import arriving
from archive.text.folding import key_of
from crawler.probe.probe_findings import Findings, NotProbed, Source, Trial

_MOST_MAPS = 6
_WIDTH = 116
_DOCUMENTED = re.compile(r'["\\]')


def spider_file(found: Findings) -> str:
    """The source of the outlet's spider."""
    seeds = _seeds(found)
    lines = [
        f'"""{_plain(found.title.value)}, {urlsplit(found.home).netloc}."""',
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
    """The source of the outlet's reading rules: none where the reader needs no help."""
    told = ", ".join(f"{one.field} {one.have} of {one.of}" for one in found.coverage if one.of)
    lines = [
        f'"""{_plain(found.title.value)}, {urlsplit(found.home).netloc}.',
        "",
        *_wrapped(f"What was found in {found.articles} of its articles without rules of its own: {told}."),
        '"""',
        "",
        *_rules(found),
    ]
    return "\n".join(lines) + "\n"


def write(found: Findings, folder: Path) -> tuple[Path, Path]:
    """Writes both files below a folder, where the project has such files, and returns where they are. Raises NotProbed
    where one is there already, and then writes neither."""
    places = paths(found.name.value, folder)
    there = [path for path in places if path.exists()]
    if there:
        raise NotProbed(
            f"{there[0]} is there already, and nothing was written. Name another with --name, or move it away"
        )
    try:
        with ExitStack() as both:
            for path, text in zip(places, (spider_file(found), rules_file(found)), strict=True):
                both.enter_context(arriving(path, parents=True)).write_text(text, "utf-8")
    except Unwritable as error:
        raise NotProbed(str(error)) from error
    return places


def paths(name: str, folder: Path) -> tuple[Path, Path]:
    """Where the two files of an outlet lie in a project."""
    return folder / "crawler" / "spiders" / f"{name}.py", folder / "archive" / "rules" / f"{name}.py"


def _seeds(found: Findings) -> list[str]:
    """The fullest feed and the sitemaps that work, relative to the home page. The home page itself is always a seed: it
    leads to the sections of its menu and to the feeds it declares."""
    feeds, maps = seeds_by_kind(found)
    return [*feeds, *maps]


def seeds_by_kind(found: Findings) -> tuple[list[str], list[str]]:
    """The same, feeds and sitemaps apart."""
    feeds = sorted((one for one in found.sources if one.kind == "feed" and one.works), key=_fullest)
    maps = [one for one in found.sources if one.kind != "feed" and one.works and not _is_inside(one, found)]
    return [_relative(one, found.home) for one in feeds[:1]], [_relative(one, found.home) for one in maps[:_MOST_MAPS]]


def _fullest(feed: Source) -> int:
    return -(feed.entries or 0)


def _is_inside(source: Source, found: Findings) -> bool:
    """Whether an index of sitemaps leads to it."""
    indexes = [one for one in found.sources if one.kind == "sitemap-index"]
    return any(source.why.startswith(f"{urlsplit(one.url).path} names it") for one in indexes)


def _relative(source: Source, home: str) -> str:
    parts, own = urlsplit(source.url), urlsplit(home)
    if parts.netloc != own.netloc:
        return source.url
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def _rules(found: Findings) -> Iterator[str]:
    host = f"HOSTS = ({', '.join(map(_quoted, found.hosts))},)"
    named = any(trial.suggestion.name[0] == "class" for trial in found.trials)
    if not found.trials:
        yield from ("from archive.rules.base import Rules", "", host, "", "RULES: tuple[Rules, ...] = ()")
        return
    yield from (
        f"from archive.rules.base import Rules{', cls' if named else ''}",
        "",
        host,
        "",
        "RULES = (",
        "    Rules(",
    )
    yield f'        name="{found.name.value}",'
    for trial in found.trials:
        yield f"        # tried on {trial.of} articles that lacked it, found in {trial.gained}: look whether it is so"
        yield f"        {trial.suggestion.field}=({_expression(trial)},),"
    yield from ("    ),", ")")


def _expression(trial: Trial) -> str:
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
    return [f"    {name} = (", *(f"        {_quoted(one)}," for one in values), "    )"]


def _quoted(text: str) -> str:
    return f'"{text}"' if not _DOCUMENTED.search(text) and text.isprintable() else repr(text)


def _plain(text: str) -> str:
    """Without what would end a docstring."""
    return _DOCUMENTED.sub("", text)


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(_plain(text), _WIDTH)
