"""What the container runs: the lines of a crontab, and the reading room, until it is told to stop.

All lies in one folder, /srv/luubao or what KEEP_HOME says, which `luubao init` fills: luubao.toml, the archive, and,
if one likes, a file `crontab`. Without that each outlet of luubao.toml is crawled every two hours, and once a week the
archive is verified and backed up to /srv/backups, or what KEEP_BACKUPS says. A crawl that a stopped container has
missed is made up for when it begins. What the lines print goes to the container's log. Needs nothing but Python.

    python keep.py                   keeps
    python keep.py init https://...  any command of luubao's, in that folder
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import time
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

HOME = Path(os.environ.get("KEEP_HOME", "/srv/luubao"))
BACKUPS = Path(os.environ.get("KEEP_BACKUPS", "/srv/backups"))
PORT = os.environ.get("KEEP_PORT", "8001")
LUUBAO = os.environ.get("KEEP_COMMAND", "luubao")
ENDS = 170  # seconds for what is under way, when told to stop; give the container more: --stop-timeout 180

REST = 30.0  # seconds before a room that has ended is opened again

_FIELDS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_LINE = re.compile(r"((?:[\d*/,-]+\s+){5})(\S.*)")
_SETTING = re.compile(r"([A-Za-z_]\w*)\s*=\s*(.*)")


@dataclass(frozen=True)
class Job:
    """A line of a crontab. times: the values of minute, hour, day, month and weekday (0 is Sunday) at which it is due;
    free: whether day, and weekday, may be any."""

    times: tuple[frozenset[int], ...]
    free: tuple[bool, bool]
    command: str

    def is_due(self, at: datetime) -> bool:
        """As crontab(5): where day and weekday are both said, one of them is enough."""
        minute, hour, day, month, weekday = self.times
        days = at.day in day, at.isoweekday() % 7 in weekday
        right = all(days) if any(self.free) else any(days)
        return at.minute in minute and at.hour in hour and at.month in month and right


def jobs_in(text: str, settings: dict[str, str]) -> Iterator[Job]:
    """The lines of a crontab; its settings are put among the others. Raises ValueError for a line that is none."""
    for number, line in enumerate(text.splitlines(), 1):
        line = line.strip()
        if not line or line.startswith("#"):
            continue
        if setting := _SETTING.fullmatch(line):
            settings[setting[1]] = setting[2].strip("\"'")
        elif found := _LINE.fullmatch(line):
            yield _job(found[1].split(), found[2].replace("\\%", "%"))
        else:
            raise ValueError(f"line {number} is no line of a crontab, which has five fields and a command: {line}")


def _job(fields: list[str], command: str) -> Job:
    times = [_values(field, *bounds) for field, bounds in zip(fields, _FIELDS, strict=True)]
    times[4] = frozenset(value % 7 for value in times[4])
    return Job(tuple(times), (fields[2].startswith("*"), fields[4].startswith("*")), command)


def _values(field: str, least: int, most: int) -> frozenset[int]:
    found: set[int] = set()
    for part in field.split(","):
        span, _, step = part.partition("/")
        first, _, last = span.partition("-")
        low = least if span == "*" else int(first)
        high = most if span == "*" or (step and not last) else int(last or first)
        if not least <= low <= high <= most:
            raise ValueError(f"{field} is not between {least} and {most}")
        found |= set(range(low, high + 1, int(step or 1)))
    return frozenset(found)


def crontab() -> str:
    """The folder's own, or one for the outlets of its luubao.toml."""
    own = HOME / "crontab"
    if own.exists():
        return own.read_text("utf-8")
    outlets = tomllib.loads((HOME / "luubao.toml").read_text("utf-8")).get("outlet", {})
    lines = [
        f"{17 + 7 * place % 40} */2 * * * {LUUBAO} crawl {shlex.quote(name)}" for place, name in enumerate(outlets)
    ]
    backups = shlex.quote(str(BACKUPS))
    return "\n".join(
        [*lines, f"0 7 * * * {LUUBAO} status --quiet", f"40 3 * * 0 {LUUBAO} verify > verify.txt || cat verify.txt",
         f"20 5 * * 0 {LUUBAO} backup {backups} --keep 4 > /dev/null"]
    )  # fmt: skip


class Keeper:
    """The jobs and the room, as processes."""

    def __init__(self, jobs: list[Job], settings: Mapping[str, str]):
        self.jobs, self.env = jobs, {**os.environ, "LUUBAO_CONFIG": str(HOME / "luubao.toml"), **settings}
        self.running: dict[Job, subprocess.Popen[bytes]] = {}
        self.room: subprocess.Popen[bytes] | None = None
        self.opened = -REST
        self.stopped = False

    def keep(self) -> None:
        """Until a signal comes."""
        for name in (signal.SIGTERM, signal.SIGINT):
            signal.signal(name, lambda *_: setattr(self, "stopped", True))
        self._start([job for job in self.jobs if " crawl " in job.command])
        looked = datetime.now().astimezone()
        while not self.stopped:
            self._open_room()
            now = datetime.now().astimezone()
            for minute in _minutes(looked, now):
                self._start([job for job in self.jobs if job.is_due(minute)])
            looked = now
            time.sleep(1)
        self._stop()

    def _start(self, jobs: list[Job]) -> None:
        """Those that are not still at it."""
        for job in jobs:
            before = self.running.get(job)
            if before is None or before.poll() is not None:
                shell = f"exec env {job.command}" if _is_plain(job.command) else job.command
                self.running[job] = subprocess.Popen(["/bin/sh", "-c", shell], cwd=HOME, env=self.env)

    def _open_room(self) -> None:
        """As soon as there is an archive, and again where it has ended."""
        ended = self.room is None or self.room.poll() is not None
        if ended and time.monotonic() - self.opened > REST and (HOME / "luubao.db").exists():
            self.opened = time.monotonic()
            command = [*shlex.split(LUUBAO), "serve", "luubao.db", "--host", "0.0.0.0", "--port", PORT]
            self.room = subprocess.Popen(command, cwd=HOME, env=self.env)

    def _stop(self) -> None:
        """Ends all that is under way in order, and kills what does not end."""
        left = [one for one in (*self.running.values(), self.room) if one and one.poll() is None]
        for one in left:
            one.terminate()
        until = time.monotonic() + ENDS
        for one in left:
            try:
                one.wait(max(0.1, until - time.monotonic()))
            except subprocess.TimeoutExpired:
                one.kill()


def _is_plain(command: str) -> bool:
    """Whether the shell may give its place to the command, so that a signal reaches that."""
    return not re.search(r"[;&|]", command)


def _minutes(before: datetime, now: datetime) -> Iterator[datetime]:
    """The minutes that began since; not those of hours that a machine slept through."""
    minute = max(before, now - timedelta(minutes=5)).replace(second=0, microsecond=0) + timedelta(minutes=1)
    while minute <= now:
        yield minute
        minute += timedelta(minutes=1)


def main(arguments: list[str]) -> int:
    """Keeps, or runs a command of luubao's."""
    if arguments:
        return subprocess.run([*shlex.split(LUUBAO), *arguments], cwd=HOME, check=False).returncode
    if not (HOME / "luubao.toml").exists():
        sys.stderr.write(f"{HOME} holds no luubao.toml: begin with `init https://a-newspaper.vn . --contact ADDRESS`\n")
        return 2
    settings: dict[str, str] = {}
    try:
        jobs = list(jobs_in(crontab(), settings))
    except ValueError as error:  # also what is no TOML
        sys.stderr.write(f"{HOME}: {error}\n")
        return 2
    Keeper(jobs, settings).keep()
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
