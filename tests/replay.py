"""A real pywb that replays WARC files, in an environment of its own (`make .venv-tools/.installed`)."""

from __future__ import annotations

import os
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from string import punctuation
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

import pytest

ROOT = Path(__file__).parent.parent
TOOLS = ROOT / ".venv-tools" / "bin"


def needs_tools(test: Any) -> Any:
    """A test that is slow, and skipped where the tools are not; in CI that would be a lie."""
    here = TOOLS.is_dir() or bool(os.environ.get("CI"))
    reason = "no other tools to hold our files against: `make test-all` brings them"
    return pytest.mark.slow(pytest.mark.skipif(not here, reason=reason)(test))


def tool(
    name: str, *arguments: object, folder: Path | None = None, stdin: str | None = None
) -> subprocess.CompletedProcess[str]:
    """Runs one of the tools to its end."""
    command = [str(TOOLS / name), *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, input=stdin, timeout=300)


@dataclass(frozen=True)
class Replay:
    """A pywb that runs. base: of its collection, with a slash at the end."""

    base: str

    @property
    def cdx(self) -> str:
        """Its CDX server."""
        return self.base + "cdx"

    def get_itself(self, timestamp: str, url: str) -> tuple[int, bytes]:
        """Status and bytes of a capture as it was kept, redirects not followed."""
        where = urlsplit(self.base)
        connection = HTTPConnection(where.netloc, timeout=30)
        with closing(connection):
            connection.request("GET", f"{where.path}{timestamp}id_/{quote(url, safe=punctuation)}")
            answer = connection.getresponse()
            return answer.status, answer.read()

    def get(self, timestamp: str, url: str, how: str = "id_") -> tuple[int, bytes]:
        """Status and bytes of a replayed capture."""
        try:
            with urlopen(f"{self.base}{timestamp}{how}/{quote(url, safe=punctuation)}", timeout=30) as response:
                return response.status, response.read()
        except HTTPError as error:
            return error.code, error.read()


@contextmanager
def pywb(folder: Path, warcs: Sequence[Path], *options: str) -> Iterator[Replay]:
    """Serves a collection of these files on loopback. options: of `wb-manager add`."""
    assert tool("wb-manager", "init", "bao", folder=folder).returncode == 0
    added = tool("wb-manager", "add", *options, "bao", *warcs, folder=folder)
    assert added.returncode == 0, added.stderr
    port = _free_port()
    command = [str(TOOLS / "wayback"), "--port", str(port), "--bind", "127.0.0.1"]
    with (
        (folder / "pywb.log").open("wb") as log,
        subprocess.Popen(command, cwd=folder, stdout=log, stderr=log) as server,
    ):
        try:
            _wait(server, f"http://127.0.0.1:{port}/", folder)
            yield Replay(f"http://127.0.0.1:{port}/bao/")
        finally:
            server.terminate()
            server.wait(20)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _wait(server: subprocess.Popen[bytes], url: str, folder: Path) -> None:
    until = time.monotonic() + 90
    while time.monotonic() < until and server.poll() is None:
        try:
            with urlopen(url, timeout=5):
                return
        except HTTPError:
            return
        except (URLError, OSError):
            time.sleep(0.2)
    raise AssertionError(f"pywb did not start: {(folder / 'pywb.log').read_text()[-2000:]}")
