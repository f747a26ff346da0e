"""Loads the settings in force: command line over environment over luubao.toml over defaults.

It looks for the file at the path that `--config` or LUUBAO_CONFIG names, then for luubao.toml in the current folder,
then for luubao/luubao.toml in the user's configuration folder (XDG Base Directory Specification 0.8), and reads only
the first. An outlet's settings override those for all outlets: a section [outlets.NAME] over the spider's own values,
these over [crawl]. Tables [outlet.NAME] describe outlets (crawler.config.descriptions).
"""

from __future__ import annotations

import os
import stat
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from archive.model.errors import Misconfigured
from crawler.config import descriptions as declared
from crawler.config import setting_types
from crawler.config.descriptions import SettingsText, Tables, toml_literal
from crawler.config.setting_keys import BY_NAME, KEYS, Key
from crawler.config.setting_types import Value

if TYPE_CHECKING:
    from crawler.config.alert_tables import Alerts

FILE = "luubao.toml"
VARIABLE = "LUUBAO_CONFIG"
_OF_BACKFILL = (
    "LUUBAO_BACKFILL_DELAY", "LUUBAO_WAYBACK_CDX", "LUUBAO_WAYBACK_REPLAY", "LUUBAO_COMMONCRAWL_INDEX",
    "LUUBAO_COMMONCRAWL_DATA",
)  # fmt: skip
"""Variables of `luubao backfill` alone (crawler/backfill/backfill_job.py)."""
_MAX_SIZE = 64 * 1024 * 1024
"""Bytes of a settings file: a table for each of 10,000 outlets takes a few megabytes."""
_SECTIONS = ("archive", "crawl", "many", "outlets", "outlet", "alert")
Values = Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Setting:
    """One setting in force. origin: what sets its value: `/etc/luubao.toml [crawl]`, `LUUBAO_DELAY` or `default`."""

    key: Key
    value: Value
    origin: str

    @property
    def shown(self) -> Value:
        shown: Value = self.key.shown(self.value)
        return shown


@dataclass(frozen=True, slots=True)
class Configuration:
    """The settings from the environment and one file. file: None where there is none. outlets: the sections
    [outlets.NAME] by name; declared: the tables [outlet.NAME]; limits: the settings in these tables, by name.
    alert_tables: the tables [alert.NAME] as written, and where."""

    file: Path | None = None
    environment: Values = field(default_factory=dict)
    archive: Values = field(default_factory=dict)
    crawl: Values = field(default_factory=dict)
    many: Values = field(default_factory=dict)
    outlets: Mapping[str, Values] = field(default_factory=dict)
    declared: Tables = field(default_factory=Tables)
    limits: Mapping[str, Values] = field(default_factory=dict)
    alert_tables: tuple[SettingsText, object] | None = field(default=None, repr=False)

    def named(self, outlet: str | None = None) -> dict[str, Setting]:
        """The settings of one outlet: from its table, its own section, and the environment, later over earlier."""
        limits, own = self.limits.get(outlet or "", {}), self.outlets.get(outlet or "", {})
        environment = {name: Setting(BY_NAME[name], value, BY_NAME[name].variable)
                       for name, value in self.environment.items()}  # fmt: skip
        return self._of_sections({f"outlet.{outlet}": limits, f"outlets.{outlet}": own}) | environment

    def general(self) -> dict[str, Setting]:
        return self._of_sections({"archive": self.archive, "crawl": self.crawl, "many": self.many})

    def _of_sections(self, sections: Mapping[str, Values]) -> dict[str, Setting]:
        return {
            name: Setting(BY_NAME[name], value, f"{self.file} [{section}]")
            for section, values in sections.items()
            for name, value in values.items()
        }

    def settings(self, outlet: str | None = None, spider: Values | None = None) -> list[Setting]:
        """Every setting in force, for an outlet or for all. spider: the settings of the outlet's spider."""
        own = {name: Setting(BY_NAME[name], value, f"spider {outlet}") for name, value in (spider or {}).items()}
        chosen = self.general() | own | self.named(outlet)
        return [chosen.get(key.name) or Setting(key, key.default, "default") for key in KEYS]

    def value(self, name: str, outlet: str | None = None) -> Value:
        return next(setting.value for setting in self.settings(outlet) if setting.key.name == name)

    def needed(self, name: str) -> Value:
        """The value of a setting that must be set. Raises Misconfigured where it is not."""
        value = self.value(name)
        if value is None:
            key = BY_NAME[name]
            place = f"in the section [{key.section}] of luubao.toml, or {key.variable}"
            raise Misconfigured(f"set `{name}` {place}: {key.meaning}")
        return value

    def folder(self, name: Literal["spiders", "rules"]) -> Path | None:
        """The user's own folder of this name: the setting, or the one beside the settings file."""
        if named := self.value(name):
            return Path(str(named))
        beside = self.file.absolute().parent / name if self.file else None
        return beside if beside is not None and beside.is_dir() else None

    def with_command_line(self, given: Values) -> Configuration:
        """A copy with the command line's values, which override all. given: by setting, None where not given."""
        command_line = {name: value for name, value in given.items() if value is not None}
        return replace(self, environment={**self.environment, **command_line})

    def alerts(self) -> Alerts:
        """The alerts of the file, with what their environment variables hold now."""
        from crawler.config import alert_tables  # imported late: most commands have nothing to do with alerts

        return alert_tables.read(*self.alert_tables, os.environ) if self.alert_tables else alert_tables.NO_ALERTS

    def check_outlets(self, known: Collection[str]) -> None:
        """Raises Misconfigured where a section names an unknown outlet."""
        there_are = f"There are: {', '.join(sorted(known))}"
        _raise_errors([
            f"{self.file} [outlets.{name}]: no outlet is called {name}{_did_you_mean(name, known)}. {there_are}"
            for name in self.outlets
            if name not in known
        ])  # fmt: skip


def load(named: str | Path | None = None, environment: Mapping[str, str] | None = None) -> Configuration:
    """Reads the environment and the settings file: the one `named`, the one in LUUBAO_CONFIG, or the one that is found.

    Raises Misconfigured with a sentence for every mistake, all at once.
    """
    variables = os.environ if environment is None else environment
    file = _find_file(named, variables)
    text = _read_text(file) if file else ""
    written = _parsed(file, text) if file else {}
    errors: list[str] = []
    tables, limits = _outlet_tables(file, text, written.get("outlet", {}))
    configuration = Configuration(
        file,
        environment=_from_environment(variables, errors),
        archive=_section(file, "archive", written.get("archive", {}), errors),
        crawl=_section(file, "crawl", written.get("crawl", {}), errors),
        many=_section(file, "many", written.get("many", {}), errors),
        outlets=_outlets(file, written.get("outlets", {}), errors),
        declared=tables,
        limits=limits,
        alert_tables=(SettingsText(file, text), written["alert"]) if file and "alert" in written else None,
    )
    errors += _misplaced(file, written)
    _raise_errors(errors)
    return configuration


def for_scrapy(settings: Mapping[str, Setting]) -> dict[str, Any]:
    return {
        setting.key.scrapy: setting.key.for_scrapy(setting.value) for setting in settings.values() if setting.key.scrapy
    }


def _raise_errors(errors: list[str]) -> None:
    if errors:
        raise Misconfigured("\n".join(errors))


def _find_file(named: str | Path | None, variables: Mapping[str, str]) -> Path | None:
    """The settings file, named or found. Raises Misconfigured where other users can write it."""
    if path := named or variables.get(VARIABLE):
        setting_types.check_writers(Path(path))
        return Path(path)
    home = variables.get("XDG_CONFIG_HOME") or Path(variables.get("HOME") or Path.home(), ".config")
    places = (Path(FILE), Path(home, "luubao", FILE))
    file = next((place for place in places if os.path.isfile(place)), None)  # noqa: PTH113  # False where permission is denied
    if file:
        setting_types.check_found(file)
    return file


def _read_text(file: Path) -> str:
    try:
        if stat.S_ISFIFO(file.stat().st_mode):  # nobody may ever write to it
            raise Misconfigured(f"{file} is a pipe: name a file of settings with --config")
        with file.open("rb") as opened:
            data = opened.read(_MAX_SIZE + 1)
        if len(data) > _MAX_SIZE:
            raise Misconfigured(f"{file} is larger than {_MAX_SIZE:,} bytes: name a file of settings with --config")
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except OSError as error:
        raise Misconfigured(f"{file} cannot be read: {error.strerror}. Name another file with --config") from error
    except UnicodeDecodeError as error:
        raise Misconfigured(f"{file} is not UTF-8: save it as UTF-8") from error


def _parsed(file: Path, text: str) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # TOMLDecodeError, and numbers of thousands of digits
        raise Misconfigured(f"{file} is not TOML: {error}") from error


def _outlet_tables(file: Path | None, text: str, tables: Any) -> tuple[Tables, Mapping[str, Values]]:
    """The file's tables of outlets, and the settings in them. A mistake in one table does not affect the others."""
    if file is None or not tables:
        return Tables(), {}
    source = SettingsText(file, text)
    read_tables = declared.read(source, tables)
    wrong, limits = dict(read_tables.wrong), dict[str, Values]()
    for name, written in read_tables.limits.items():
        errors: list[str] = []
        limits[name] = _section(file, "crawl", written, errors, f"outlet.{name}")
        if errors:
            wrong[name] = (*wrong.get(name, ()), *(_with_line(source, name, sentence) for sentence in errors))
    good = {name: outlet for name, outlet in read_tables.outlets.items() if name not in wrong}
    return Tables(good, {}, wrong), {name: limits[name] for name in good}


def _with_line(source: SettingsText, name: str, sentence: str) -> str:
    """A sentence on a setting in an outlet's table, with the line number added."""
    key = sentence.removeprefix(f"{source.file} [outlet.{name}] ").partition(" ")[0].rstrip(":")
    return sentence.replace(f"{source.file} ", f"{source.file}:{source.line('outlet', name, key)} ", 1)


def _from_environment(variables: Mapping[str, str], errors: list[str]) -> Values:
    """The settings in environment variables; empty ones count as unset. A variable that is almost a setting's name is
    reported as a typo; others with our prefix may belong to another program."""
    names = {key.variable: key for key in KEYS}
    checked: dict[str, Value] = {}
    for variable, text in variables.items():
        if variable in names and text.strip():
            key = names[variable]
            _check_value(checked, key, text, f"{variable}={key.shown(text)}", errors, written=True)
        elif variable.startswith("LUUBAO_") and variable not in (*names, VARIABLE, *_OF_BACKFILL):
            meant = _did_you_mean(variable, names)
            errors += [f"{variable}: there is no such setting{meant}"] if meant else []
    return checked


def _section(file: Path | None, section: str, values: Any, errors: list[str], place: str | None = None) -> Values:
    place = f"{file} [{place or section}]"
    if not isinstance(values, Mapping):
        errors.append(f"{place}: must be a section of settings, such as [{section}] on a line of its own")
        return {}
    checked: dict[str, Value] = {}
    for name, value in values.items():
        key = BY_NAME.get(name)
        if key is None or key.section != section:
            errors.append(f"{place} {name}: {_unknown_setting(name, section, key, facts='[outlet' in place)}")
            continue
        _check_value(checked, key, value, f"{place} {name} = {toml_literal(key.shown(value))}", errors)
        if name in checked and key.path and file:
            checked[name] = setting_types.placed(str(checked[name]), file.absolute().parent)
    return checked


def _check_value(
    checked: dict[str, Value], key: Key, value: Any, label: str, errors: list[str], *, written: bool = False
) -> None:
    try:
        checked[key.name] = key.kind.check(key.kind.read(value) if written else value)
    except setting_types.HoldsCredentialsError as error:
        errors.append(f"{label}: {error}")
    except ValueError:
        errors.append(f"{label}: must be {key.kind.requirement}")


def _outlets(file: Path | None, sections: Any, errors: list[str]) -> Mapping[str, Values]:
    if isinstance(sections, Mapping) and all(isinstance(values, Mapping) for values in sections.values()):
        return {name: _section(file, "crawl", values, errors, f"outlets.{name}") for name, values in sections.items()}
    errors.append(f"{file} [outlets]: holds a section for each outlet, such as [outlets.baophutho]")
    return {}


def _misplaced(file: Path | None, written: Mapping[str, Any]) -> Iterator[str]:
    for name, value in written.items():
        if name not in _SECTIONS and isinstance(value, Mapping):
            yield f"{file} [{name}]: there is no such section{_did_you_mean(name, _SECTIONS, '[{}]')}"
        elif name not in _SECTIONS:
            yield f"{file} {name}: {_unknown_setting(name, None, BY_NAME.get(name))}"


def _unknown_setting(name: str, section: str | None, key: Key | None, *, facts: bool = False) -> str:
    """facts: the section is a table [outlet.NAME], which holds facts besides settings."""
    if key is not None:
        return f"belongs into the section [{key.section}]"
    if facts and name in declared.FACTS:
        return "says what an outlet is: it belongs into the table [outlet.NAME]"
    if facts and (meant := _did_you_mean(name, declared.FACTS)):
        return f"there is no such setting{meant}"
    among = [row.name for row in KEYS if section in (None, row.section)]
    return f"there is no such setting{_did_you_mean(name, among)}"


def _did_you_mean(name: str, among: Collection[str], form: str = "{}") -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, among, n=1, cutoff=0.7)
    return f"; did you mean {form.format(close[0])}?" if close else ""
