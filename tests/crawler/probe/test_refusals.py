"""What cannot be looked at is told in one sentence with a way out, and nothing is written."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest

from tests.crawler.probe.odd_paper import PAPER
from tests.crawler.probe.probing import luubao
from tests.crawler.serving import Answer, article, moved, rules, served

HTML = (("Content-Type", b"text/html; charset=utf-8"),)
APP = b'<!doctype html><html><head><title>Bao</title><script src="/app.js"></script></head><body><div id="root"></div></body></html>'
BOUNCE = b'<html><head><script>document.cookie="D1N=x";location.reload();</script></head><body></body></html>'
WALL = b"<html><head><title>Just a moment...</title></head><body><p>Checking your browser</p><script>1</script></body></html>"
SHOP = (
    b"<html><head><title>Cua hang</title></head><body>"
    + b"".join(b'<a href="/hang-%d">Mon hang</a>' % n for n in range(9))
    + b"</body></html>"
)


def refusal(url: str, *options: str, contact: str = "") -> tuple[int, str]:
    """The exit code and the sentence."""
    done = luubao("outlets", "probe", url, *options, contact=contact)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(done.stderr.strip().splitlines()) == 1
    return done.returncode, done.stderr.strip()


@pytest.mark.parametrize(
    ("answers", "sentence"),
    [
        ({"/robots.txt": rules("User-agent: *\nDisallow: /\n"), **PAPER}, "robots.txt forbids it"),
        ({"/robots.txt": Answer(b"", 503, (("Retry-After", b"1"),)), **PAPER}, "robots.txt answered 503"),
        ({"/": Answer(APP, headers=HTML)}, "0 links without JavaScript"),
        ({"/": Answer(BOUNCE, headers=HTML)}, "a script that sets a cookie"),
        ({"/": Answer(WALL, headers=HTML)}, "a login, a check for robots or a consent"),
        ({"/": Answer(SHOP, headers=HTML)}, "does not look like a newspaper's site: it leads to no page; "),
        ({"/": Answer(b"<h1>500</h1>", 500, HTML)}, "answers with status 500, and no page"),
        ({"/": Answer(b"", 200, HTML)}, "and no page"),
        ({"/": moved("https://khac.example/")}, "khac.example"),
        ({"/": moved("app://tin/")}, "it leads to app://tin/"),
    ],
    ids=["forbidden", "no rules", "JavaScript", "cookie", "wall", "shop", "broken", "empty", "elsewhere", "app"],
)
def test_a_site_that_cannot_be_looked_at(answers: dict[str, Answer], sentence: str) -> None:
    with served(answers) as site:
        code, told = refusal(site.base_url)
        assert code == 1
        assert sentence in told
        assert len(site.log) <= 30


def test_a_server_that_is_not_there() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    code, told = refusal(f"127.0.0.1:{port}")
    assert code == 1
    assert "refused" in told
    assert "Check the address" in told


def test_a_host_that_is_not_there() -> None:
    code, told = refusal("https://khong-co-bao-nay.invalid", contact="thu-vien@bao.example")
    assert (code, told) == (
        1,
        "Error: khong-co-bao-nay.invalid is no host that can be found: check the address, and whether this machine is online",
    )


def test_without_a_contact_nothing_leaves_the_machine() -> None:
    code, told = refusal("https://khong-co-bao-nay.invalid")
    assert code == 2
    assert "set LUUBAO_CONTACT" in told


@pytest.mark.parametrize("url", ["http://", "", "mailto:a@bao.example", "http://[::1"])
def test_what_is_no_address(url: str) -> None:
    code, told = refusal(url)
    assert code == 1
    assert "is no address of a site" in told


def test_a_name_that_is_no_name() -> None:
    done = luubao("outlets", "probe", "http://127.0.0.1:1", "--name", "Báo-Mới")
    assert done.returncode == 2
    assert "lowercase Python name" in done.stderr


def test_a_folder_that_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / "archive").write_text("a file where a folder is to be")
    with served(PAPER) as site:
        done = luubao("outlets", "probe", site.base_url, "--write", str(tmp_path / "archive" / "bao"))
    assert done.returncode == 1
    assert "cannot be written" in done.stderr
    assert "Traceback" not in done.stderr


def test_links_into_the_operator_s_network_are_not_asked_for() -> None:
    """A home page whose feed and whose menu lie on another port of this machine."""
    with served({"/rss.xml": article("Bí mật")}) as inside:
        links = f'<link rel="alternate" type="application/rss+xml" href="{inside.base_url}/rss.xml">'
        front = PAPER["/"].body.replace(b"</head>", links.encode() + b"</head>")
        with served({**PAPER, "/": Answer(front, headers=HTML)}) as site:
            assert luubao("outlets", "probe", site.base_url).returncode == 0
        assert inside.log == []


def test_a_deep_address_leads_to_the_paper(tmp_path: Path) -> None:
    with served(PAPER) as site:
        done = luubao("outlets", "probe", f"{site.base_url}/doi-song?x=1", "--write", str(tmp_path / "bao"))
        assert done.returncode == 0, done.stderr
        settings = (tmp_path / "bao" / "luubao.toml").read_text("utf-8")
        assert f'home_url = "{site.base_url}/"' in settings
