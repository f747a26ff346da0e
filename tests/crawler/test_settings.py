"""Settings: where they are looked for, who goes before whom, and what a mistake is told."""

from __future__ import annotations

import json
import os
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from archive.model.errors import Misconfigured
from crawler.cli import luubao
from crawler.cli.settings_command import sample
from crawler.config.catalogue import load_catalogue
from crawler.config.setting_keys import BY_NAME, KEYS
from crawler.config.settings_in_force import Configuration, load


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder to be in, with nothing in the environment and nothing at home."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("LUUBAO_CONFIG", raising=False)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "home"))
    return tmp_path


def written(folder: Path, text: str, name: str = "luubao.toml") -> Path:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, "utf-8")
    return file


def value(found: Configuration, name: str, outlet: str | None = None, **spider: Any) -> tuple[Any, str]:
    (one,) = (one for one in found.settings(outlet, spider) if one.key.name == name)
    return one.value, one.origin


def told(text: str, tmp_path: Path, environment: dict[str, str] | None = None) -> str:
    with pytest.raises(Misconfigured) as error:
        load(written(tmp_path, text), environment or {})
    return str(error.value).replace(str(tmp_path / "luubao.toml"), "FILE")


# Where it is looked for


def test_the_first_file_counts_alone(here: Path) -> None:
    home = written(here, "[crawl]\ndelay = 4", "home/luubao/luubao.toml")
    environment = {"XDG_CONFIG_HOME": str(here / "home")}
    assert value(load(environment=environment), "delay") == (4, f"{home} [crawl]")
    written(here, "[crawl]\ndelay = 3\ntimeout = 9")
    assert value(load(environment=environment), "delay") == (3, "luubao.toml [crawl]")
    named = written(here, "[crawl]\ndelay = 2", "elsewhere.toml")
    environment["LUUBAO_CONFIG"] = str(named)
    assert value(load(environment=environment), "delay") == (2, f"{named} [crawl]")
    assert value(load(environment=environment), "timeout") == (60, "default")
    option = written(here, "[crawl]\ndelay = 1.5", "option.toml")
    assert value(load(option, environment), "delay") == (1.5, f"{option} [crawl]")


def test_the_home_folder_where_nothing_says_otherwise(here: Path) -> None:
    written(here, "[crawl]\ndelay = 4", "me/.config/luubao/luubao.toml")
    assert value(load(environment={"HOME": str(here / "me")}), "delay")[0] == 4


def test_no_file_is_no_mistake(here: Path) -> None:
    found = load(environment={"HOME": str(here)})
    assert found == Configuration()
    assert {setting.origin for setting in found.settings()} == {"default"}


def test_a_file_that_is_named_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match=r"missing.toml cannot be read: No such file.*--config"):
        load(tmp_path / "missing.toml", {})
    with pytest.raises(Misconfigured, match=r"missing\.toml cannot be read"):
        load(None, {"LUUBAO_CONFIG": str(tmp_path / "missing.toml")})


# Who goes before whom


def test_the_particular_goes_before_the_general(tmp_path: Path) -> None:
    file = written(tmp_path, "[crawl]\ndelay = 2\n[outlets.demo]\ndelay = 3\n")
    assert value(load(file, {}), "delay") == (2, f"{file} [crawl]")
    assert value(load(file, {}), "delay", "demo") == (3, f"{file} [outlets.demo]")
    assert value(load(file, {}), "delay", "baophutho", delay=9.0) == (9.0, "spider baophutho")
    assert value(load(file, {}), "delay", "demo", delay=9.0) == (3, f"{file} [outlets.demo]")
    assert value(load(file, {"LUUBAO_DELAY": "7"}), "delay", "demo", delay=9.0) == (7, "LUUBAO_DELAY")


def test_every_kind_of_value_from_the_environment() -> None:
    found = load(
        "/dev/null",
        {
            "LUUBAO_DELAY": "2.5", "LUUBAO_MAX_PAGES": "10", "LUUBAO_INSIDE": "10.0.0.5", "LUUBAO_FETCH_PICTURES": "0",
            "LUUBAO_HOURS": "22:00 - 6:00", "LUUBAO_NORMAL_SINCE": "2026-06-01", "LUUBAO_CONTACT": " a@b.example ",
        },
    )  # fmt: skip
    assert dict(found.environment) == {
        "delay": 2.5, "max_pages": 10, "inside": "10.0.0.5", "fetch_pictures": False, "hours": "22:00-06:00",
        "normal_since": date(2026, 6, 1), "contact": "a@b.example",
    }  # fmt: skip


def test_a_variable_set_to_nothing_is_not_set() -> None:
    assert load("/dev/null", {"LUUBAO_CONTACT": "", "LUUBAO_DELAY": " "}).environment == {}


def test_paths_start_at_the_folder_of_their_file(here: Path) -> None:
    file = written(here / "etc", '[archive]\ndb = "bao.db"\npictures = "s3://bucket/anh/"\n')
    found = load(file, {"HOME": str(here)})
    assert found.value("db") == str(here / "etc" / "bao.db")
    assert found.value("pictures") == "s3://bucket/anh/"
    assert load(written(here, '[archive]\ndb = "/srv/bao.db"'), {}).value("db") == "/srv/bao.db"
    assert load(written(here, '[archive]\ndb = "~/bao.db"'), {}).value("db") == str(Path.home() / "bao.db")
    assert load("/dev/null", {"LUUBAO_DB": "bao.db"}).value("db") == "bao.db"


# What a mistake is told

MISTAKES = [
    ('[crawl]\ncontcat = "a@b.example"', "FILE [crawl] contcat: there is no such setting; did you mean contact?"),
    ("[crawl]\nxyz = 1", "FILE [crawl] xyz: there is no such setting"),
    ("delay = 1", "FILE delay: belongs into the section [crawl]"),
    ('[crawl]\ndb = "x.db"', "FILE [crawl] db: belongs into the section [archive]"),
    ('[outlets.demo]\ndb = "x.db"', "FILE [outlets.demo] db: belongs into the section [archive]"),
    ("[crawler]\ndelay = 1", "FILE [crawler]: there is no such section; did you mean [crawl]?"),
    ("crawl = 1", "FILE [crawl]: must be a section of settings, such as [crawl] on a line of its own"),
    ("[outlets]\ndelay = 1", "FILE [outlets]: holds a section for each outlet, such as [outlets.baophutho]"),
    ('[crawl]\ndelay = "fast"', 'FILE [crawl] delay = "fast": must be a number of seconds, 0 or more, such as 1.5'),
    ("[crawl]\ndelay = true", "FILE [crawl] delay = true: must be a number of seconds, 0 or more, such as 1.5"),
    ("[crawl]\ndelay = -1", "FILE [crawl] delay = -1: must be a number of seconds, 0 or more, such as 1.5"),
    ("[crawl]\ndelay = nan", "FILE [crawl] delay = nan: must be a number of seconds, 0 or more, such as 1.5"),
    ("[crawl]\nmax_pages = 1.5", "FILE [crawl] max_pages = 1.5: must be a whole number of pages, 0 for no limit"),
    ("[crawl]\nconnections = 9", "FILE [crawl] connections = 9: must be a whole number of connections, 1 to 8"),
    ('[crawl]\nhours = "22-6"', 'FILE [crawl] hours = "22-6": must be two times of day, such as 22:00-06:00'),
    ('[crawl]\nfollowed = "no"', 'FILE [crawl] followed = "no": must be true or false'),
    ('[crawl]\nping_url = "hc.example/x"', 'FILE [crawl] ping_url = "hc.example/...": must be a web address, such as https://hc.example/ping/0d1f'),
    ('[crawl]\ncontact = "library"', 'FILE [crawl] contact = "library": must be an e-mail address or a web address, such as archive@library.example'),
    ('[crawl]\ncontact = "a@b.example\\r\\nX: y"', "must be an e-mail address or a web address"),
    ("[crawl]\nnormal_since = 2026-06-01T00:00:00Z", "must be a day, such as 2026-06-01"),
    ('[archive]\ndb = ""', 'FILE [archive] db = "": must be a text of one line'),
]  # fmt: skip


@pytest.mark.parametrize(("text", "sentence"), MISTAKES)
def test_a_mistake_names_file_key_and_what_would_be_right(text: str, sentence: str, tmp_path: Path) -> None:
    assert sentence in told(text, tmp_path)


def test_all_mistakes_are_told_at_once(tmp_path: Path) -> None:
    sentences = told('[crawl]\ndelay = "x"\ntimeot = 3\n', tmp_path, {"LUUBAO_RETRIES": "many"}).splitlines()
    assert sentences == [
        "LUUBAO_RETRIES=many: must be a whole number, 0 to 10",
        'FILE [crawl] delay = "x": must be a number of seconds, 0 or more, such as 1.5',
        "FILE [crawl] timeot: there is no such setting; did you mean timeout?",
    ]


def test_a_slip_in_a_variable_s_name_is_told_and_other_people_s_variables_are_not() -> None:
    with pytest.raises(Misconfigured, match=r"LUUBAO_CONTCAT: there is no such setting; did you mean LUUBAO_CONTACT\?"):
        load("/dev/null", {"LUUBAO_CONTCAT": "a@b.example"})
    load("/dev/null", {"LUUBAO_BACKUP_FOLDER": "/x", "LUUBAO_CONFIG": "/dev/null"})


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"[crawl\n", "is not TOML: .*line 1"),
        ("[crawl]\n# giờ\n".encode("utf-16"), "is not UTF-8: save it as UTF-8"),
    ],
)
def test_a_file_that_cannot_be_read(data: bytes, sentence: str, tmp_path: Path) -> None:
    (tmp_path / "luubao.toml").write_bytes(data)
    with pytest.raises(Misconfigured, match=sentence):
        load(tmp_path / "luubao.toml", {})


def test_a_file_saved_by_a_windows_editor_is_read(tmp_path: Path) -> None:
    (tmp_path / "luubao.toml").write_bytes(b"\xef\xbb\xbf[crawl]\r\ndelay = 3\r\n")
    assert load(tmp_path / "luubao.toml", {}).value("delay") == 3


def test_an_outlet_that_there_is_no_spider_for() -> None:
    found = Configuration(Path("luubao.toml"), outlets={"baophuto": {"delay": 1}})
    with pytest.raises(
        Misconfigured, match=r"\[outlets.baophuto\]: no outlet is called baophuto; did you mean baophutho\?"
    ):
        found.check_outlets(load_catalogue().outlets)


# Every setting


@pytest.mark.parametrize("key", KEYS, ids=lambda key: key.name)
def test_every_setting_has_a_value_that_is_right(key: Any) -> None:
    shown = key.example if key.default is None else key.default
    assert key.kind.check(shown) == shown
    assert key.meaning.endswith(".")


def test_the_sample_file_holds_every_setting_and_is_right(tmp_path: Path) -> None:
    assert tomllib.loads(sample()) == {"archive": {}, "crawl": {}, "many": {}}
    lines = [
        line.removeprefix("#") if line.startswith("#") and not line.startswith("# ") else line
        for line in sample().splitlines()
    ]
    found = load(written(tmp_path, "\n".join(lines)), {})
    assert {*found.archive, *found.crawl, *found.many} == set(BY_NAME)
    assert (list(found.declared.outlets), found.declared.wrong) == (["baotrungdu"], {})
    assert found.outlets["baophutho"] == {"delay": 5, "hours": "22:00-06:00"}


# The command


def invoke(*arguments: str, **environment: str) -> Any:
    return CliRunner().invoke(luubao, list(arguments), env=environment)


def test_settings_shows_what_is_in_force_and_who_says_so(here: Path) -> None:
    written(here, '[crawl]\ncontact = "bao@thuvien.example"\n[outlets.demo]\nmax_minutes = 50\n')
    done = invoke("settings", "demo", LUUBAO_TIMEOUT="20")
    assert done.exit_code == 0, done.output
    lines = {line.split()[0]: line.split()[1:] for line in done.output.splitlines()}
    assert lines["file"] == [str(here / "luubao.toml")]
    assert lines["contact"] == ['"bao@thuvien.example"', "[crawl]"]
    assert lines["max_minutes"] == ["50", "[outlets.demo]"]
    assert lines["timeout"] == ["20", "LUUBAO_TIMEOUT"]
    assert lines["delay"] == ["0.0", "spider", "demo"]
    assert lines["retries"] == ["1", "default"]
    assert lines["hours"] == ["-", "default"]
    assert all(len(line) <= 80 for line in done.output.splitlines()[1:])


def test_settings_as_json(here: Path) -> None:
    written(here, "[crawl]\nnormal_since = 2026-06-01\n")
    summary = json.loads(invoke("settings", "--json").output)
    assert summary["settings"]["normal_since"] == {"value": "2026-06-01", "origin": "luubao.toml [crawl]"}
    assert summary["settings"]["delay"] == {"value": 1.0, "origin": "default"}
    assert set(summary["settings"]) == set(BY_NAME)


def test_settings_of_an_outlet_nobody_knows(here: Path) -> None:
    done = invoke("settings", "baokhong")
    assert done.exit_code == 2
    assert "no outlet is called baokhong" in done.output


def test_the_file_says_which_archive_for_every_command(here: Path) -> None:
    written(here, '[archive]\ndb = "bao.db"\n')
    for arguments in (["articles"], ["rules", "test", "demo"]):
        assert f"there is no archive at {here / 'bao.db'}" in invoke(*arguments).output
    assert "there is no archive at other.db" in invoke("articles", "--db", "other.db").output
    assert "there is no archive at third.db" in invoke("articles", LUUBAO_DB="third.db").output
    named = written(here, '[archive]\ndb = "named.db"\n', "named.toml")
    assert f"there is no archive at {here / 'named.db'}" in invoke("--config", str(named), "articles").output


def test_a_broken_file_is_told_by_every_command_that_needs_it(here: Path) -> None:
    written(here, "[crawl]\ndelay = -1\n")
    for arguments in (["articles"], ["settings"], ["crawl", "demo"], ["outlets"]):
        done = invoke(*arguments)
        assert done.exit_code == 2
        assert "luubao.toml [crawl] delay = -1: must be" in done.output
    assert invoke("settings", "--example").exit_code == 0
    assert invoke("settings", "--config", "/dev/null").exit_code == 0


@pytest.mark.parametrize(
    "text", ["a = " + "[" * 5000, "[crawl]\nmax_pages = " + "9" * 5000, "[crawl]\nmax_pages = 0x" + "f" * 9000]
)
def test_what_toml_cannot_hold_is_a_mistake_in_a_sentence(tmp_path: Path, text: str) -> None:
    (tmp_path / "luubao.toml").write_text(text)
    with pytest.raises(Misconfigured):
        load(tmp_path / "luubao.toml", {})


def test_a_pipe_and_an_endless_file_are_no_settings(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for file in (tmp_path / "pipe", Path("/dev/zero")):
        with pytest.raises(Misconfigured, match="name a file of settings"):
            load(file, {})


def test_variables_of_a_backfill_are_known() -> None:
    assert load(os.devnull, {"LUUBAO_BACKFILL_DELAY": "1", "LUUBAO_WAYBACK_CDX": "x"}).environment == {}
