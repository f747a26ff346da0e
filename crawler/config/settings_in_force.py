"""The settings in force: command line over environment over luubao.toml over what is built in.

A file is looked for at the path that `--config` or LUUBAO_CONFIG names, then as luubao.toml in the present folder, then
as luubao/luubao.toml in the user's configuration folder (XDG Base Directory Specification 0.8); the first counts alone.
What is said of one outlet goes before what is said of all: a section [outlets.NAME] over the spider's own values, and
these over [crawl]. Outlets that are data stand in tables [outlet.NAME] (crawler.outlets.toml_outlets).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from archive.model.errors import Misconfigured
from crawler.config import setting_types, trusted_files
from crawler.config.setting_keys import BY_NAME, KEYS, Key
from crawler.config.setting_types import Value
from crawler.outlets import toml_outlets as declared
from crawler.outlets.toml_outlets import Source, Tables

FILE = "luubao.toml"
VARIABLE = "LUUBAO_CONFIG"
SPIDERS = "spiders"
"""The folder beside the file that is looked into for spiders where none is named."""
_SECTIONS = ("archive", "crawl", "many", "outlets", "outlet")
Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting in force. origin: who says so, such as `/etc/luubao.toml [crawl]`, `LUUBAO_DELAY` or `default`."""

    key: Key
    value: Value
    origin: str

    @property
    def shown(self) -> Value:
        """The value as it may be printed."""
        shown: Value = self.key.shown(self.value)
        return shown


@dataclass(frozen=True, slots=True)
class Configuration:
    """What the environment and one file say. file: None where there is none. outlets: settings by their names;
    declared: the outlets that the file describes; limits: the settings in their tables."""

    file: Path | None = None
    environment: Values = field(default_factory=dict)
    archive: Values = field(default_factory=dict)
    crawl: Values = field(default_factory=dict)
    many: Values = field(default_factory=dict)
    outlets: Mapping[str, Values] = field(default_factory=dict)
    declared: Tables = field(default_factory=Tables)
    limits: Mapping[str, Values] = field(default_factory=dict)

    def named(self, outlet: str | None = None) -> dict[str, Setting]:
        """What is said for an outlet in particular: by the environment, by the outlet's own section, by its table."""
        sections = {f"[outlet.{outlet}]": self.limits, f"[outlets.{outlet}]": self.outlets}
        said = {
            name: self._setting(name, value, section)
            for section, values in sections.items()
            for name, value in values.get(outlet or "", {}).items()
        }
        return said | {name: self._setting(name, value) for name, value in self.environment.items()}

    def general(self) -> dict[str, Setting]:
        """What the file says for all outlets."""
        sections = {"[archive]": self.archive, "[crawl]": self.crawl, "[many]": self.many}
        return {
            name: self._setting(name, value, section)
            for section, values in sections.items()
            for name, value in values.items()
        }

    def _setting(self, name: str, value: Value, section: str = "") -> Setting:
        return Setting(BY_NAME[name], value, f"{self.file} {section}" if section else BY_NAME[name].variable)

    def settings(self, outlet: str | None = None, spider: Values | None = None) -> list[Setting]:
        """Every setting as it is in force, for an outlet or for all. spider: what the outlet's spider says."""
        own = {name: Setting(BY_NAME[name], value, f"spider {outlet}") for name, value in (spider or {}).items()}
        said = self.general() | own | self.named(outlet)
        return [said.get(key.name) or Setting(key, key.default, "default") for key in KEYS]

    def value(self, name: str, outlet: str | None = None) -> Value:
        """One setting as it is in force."""
        return next(one.value for one in self.settings(outlet) if one.key.name == name)

    def needed(self, name: str) -> Value:
        """One setting that must be there. Raises Misconfigured where it is not."""
        value = self.value(name)
        if value is None:
            key = BY_NAME[name]
            raise Misconfigured(
                f"set `{name}` in the section [{key.section}] of luubao.toml, or {key.variable}: {key.meaning}"
            )
        return value

    def spiders(self) -> Path | None:
        """The folder with spiders of one's own: the one that is named, or `spiders` beside the file."""
        if named := self.value("spiders"):
            return Path(str(named))
        beside = self.file.absolute().parent / SPIDERS if self.file else None
        return beside if beside is not None and beside.is_dir() else None

    def with_command_line(self, given: Values) -> Configuration:
        """The same where a command line says more, which goes before all. given: None is nothing said."""
        said = {name: value for name, value in given.items() if value is not None}
        return replace(self, environment={**self.environment, **said})

    def check_outlets(self, known: Collection[str]) -> None:
        """Raises Misconfigured where a section names an outlet that there is none of."""
        wrong = [
            f"{self.file} [outlets.{name}]: no outlet is called {name}{_meant(name, known)}. "
            f"There are: {', '.join(sorted(known))}"
            for name in self.outlets
            if name not in known
        ]
        _refuse(wrong)


def load(named: str | Path | None = None, environment: Mapping[str, str] | None = None) -> Configuration:
    """Reads the environment and the file that `named`, or else the environment, names, or that is found.

    Raises Misconfigured with a sentence for everything that is wrong, all at once.
    """
    variables = os.environ if environment is None else environment
    file = _find(named, variables)
    text = _text(file) if file else ""
    written = _parsed(file, text) if file else {}
    wrong: list[str] = []
    tables, limits = _declared(file, text, written.get("outlet", {}))
    found = Configuration(
        file,
        environment=_from_environment(variables, wrong),
        archive=_section(file, "archive", written.get("archive", {}), wrong),
        crawl=_section(file, "crawl", written.get("crawl", {}), wrong),
        many=_section(file, "many", written.get("many", {}), wrong),
        outlets=_outlets(file, written.get("outlets", {}), wrong),
        declared=tables,
        limits=limits,
    )
    wrong += _misplaced(file, written)
    _refuse(wrong)
    return found


def for_scrapy(settings: Mapping[str, Setting]) -> dict[str, Any]:
    """The Scrapy settings that these become."""
    return {one.key.scrapy: one.key.for_scrapy(one.value) for one in settings.values() if one.key.scrapy}


def _refuse(wrong: list[str]) -> None:
    if wrong:
        raise Misconfigured("\n".join(wrong))


def _find(named: str | Path | None, variables: Mapping[str, str]) -> Path | None:
    """The file that is named, or found. Raises Misconfigured where others could have written it."""
    if asked := named or variables.get(VARIABLE):
        trusted_files.check_writers(Path(asked))
        return Path(asked)
    home = variables.get("XDG_CONFIG_HOME") or Path(variables.get("HOME") or Path.home(), ".config")
    places = (Path(FILE), Path(home, "luubao", FILE))
    found = next((place for place in places if os.path.isfile(place)), None)  # noqa: PTH113  # False where one may not look
    if found:
        trusted_files.check_found(found)
    return found


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8-sig")
    except OSError as error:
        raise Misconfigured(f"{file} cannot be read: {error.strerror}. Name another file with --config") from error
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{file} is not UTF-8: save it as UTF-8") from error


def _parsed(file: Path, text: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise Misconfigured(f"{file} is not TOML: {error}") from error


def _declared(file: Path | None, text: str, tables: Any) -> tuple[Tables, Mapping[str, Values]]:
    """The outlets that the file describes, and the settings in their tables. What is wrong with one is its own."""
    if file is None or not tables:
        return Tables(), {}
    source = Source(file, text)
    found = declared.read(source, tables)
    told: dict[str, list[str]] = {name: [] for name in found.limits}
    limits = {name: _section(file, "crawl", found.limits[name], told[name], f"outlet.{name}") for name in told}
    wrong = {name: tuple(_with_line(source, name, one) for one in sentences) for name, sentences in told.items()}
    bad = {name: (*found.wrong.get(name, ()), *wrong.get(name, ())) for name in {**found.wrong, **wrong}}
    bad = {name: sentences for name, sentences in bad.items() if sentences}
    good = {name: one for name, one in found.outlets.items() if name not in bad}
    return Tables(good, {}, bad), {name: limits[name] for name in good}


def _with_line(source: Source, name: str, sentence: str) -> str:
    """A sentence on a setting in an outlet's table, with the line where it stands."""
    key = sentence.removeprefix(f"{source.file} [outlet.{name}] ").partition(" ")[0].rstrip(":")
    return sentence.replace(f"{source.file} ", f"{source.file}:{source.line('outlet', name, key)} ", 1)


def _from_environment(variables: Mapping[str, str], wrong: list[str]) -> Values:
    """Variables that are set to nothing count as unset. One that is almost a setting's name is a slip of the pen;
    others of our prefix may be somebody else's."""
    names = {key.variable: key for key in KEYS}
    found: dict[str, Value] = {}
    for variable, text in variables.items():
        if variable in names and text.strip():
            key = names[variable]
            _take(found, key, text, f"{variable}={key.shown(text)}", wrong, written=True)
        elif variable.startswith("LUUBAO_") and variable not in names and variable != VARIABLE:
            meant = _meant(variable, names)
            wrong += [f"{variable}: there is no such setting{meant}"] if meant else []
    return found


def _section(file: Path | None, section: str, values: Any, wrong: list[str], place: str | None = None) -> Values:
    place = f"{file} [{place or section}]"
    if not isinstance(values, Mapping):
        wrong.append(f"{place}: must be a section of settings, such as [{section}] on a line of its own")
        return {}
    found: dict[str, Value] = {}
    for name, value in values.items():
        key = BY_NAME.get(name)
        if key is None or key.section != section:
            wrong.append(f"{place} {name}: {_no_such(name, section, key, facts='[outlet' in place)}")
        elif _take(found, key, value, f"{place} {name} = {_shown(key.shown(value))}", wrong) and key.path and file:
            found[name] = setting_types.placed(str(found[name]), file.absolute().parent)
    return found


def _take(found: dict[str, Value], key: Key, value: Any, said: str, wrong: list[str], *, written: bool = False) -> bool:
    try:
        found[key.name] = key.kind.check(key.kind.read(value) if written else value)
    except setting_types.HoldsCredentialsError as error:
        wrong.append(f"{said}: {error}")
    except ValueError:
        wrong.append(f"{said}: must be {key.kind.right}")
    return key.name in found


def _outlets(file: Path | None, sections: Any, wrong: list[str]) -> Mapping[str, Values]:
    if isinstance(sections, Mapping) and all(isinstance(values, Mapping) for values in sections.values()):
        return {name: _section(file, "crawl", values, wrong, f"outlets.{name}") for name, values in sections.items()}
    wrong.append(f"{file} [outlets]: holds a section for each outlet, such as [outlets.baophutho]")
    return {}


def _misplaced(file: Path | None, written: Mapping[str, Any]) -> Iterator[str]:
    for name, value in written.items():
        if name in _SECTIONS:
            continue
        key = BY_NAME.get(name)
        if isinstance(value, Mapping):
            yield f"{file} [{name}]: there is no such section{_meant(name, _SECTIONS, '[{}]')}"
        else:
            yield f"{file} {name}: {_no_such(name, None, key)}"


def _no_such(name: str, section: str | None, key: Key | None, *, facts: bool = False) -> str:
    """facts: where an outlet is meant, about which more can be said than settings."""
    if key is not None:
        return f"belongs into the section [{key.section}]"
    if facts and name in declared.FACTS:
        return "says what an outlet is: it belongs into the table [outlet.NAME]"
    if facts and (meant := _meant(name, declared.FACTS)):
        return f"there is no such setting{meant}"
    return f"there is no such setting{_meant(name, [one.name for one in KEYS if section in (None, one.section)])}"


def _meant(name: str, among: Collection[str], form: str = "{}") -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, among, n=1, cutoff=0.7)
    return f"; did you mean {form.format(close[0])}?" if close else ""


def _shown(value: Any) -> str:
    """The value as TOML has it, as far as one needs it to find the line."""
    if isinstance(value, bool):
        return str(value).lower()
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else f"{text[:60]}..."
