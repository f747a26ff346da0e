"""What commands import, and who imports it: in processes forked from one that has imported click and sqlite-utils, which
every command may, and nothing of ours."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent

_PARENT = """
import importlib, json, os, sys
import click, sqlite_utils

class Watch:
    "Notes for each module who imported it first."
    def __init__(self):
        self.by = {}
    def find_spec(self, name, path=None, target=None):
        frame = sys._getframe(1)
        while frame.f_back and (frame.f_code.co_name == "__getattr__" or frame.f_globals.get("__name__", "").startswith(("importlib", "_frozen_importlib"))):
            frame = frame.f_back
        self.by.setdefault(name, (frame.f_globals.get("__name__", "?"), frame.f_lineno))

def become(order):
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1):
        os.dup2(null, number)
    os.dup2(os.open(order["err"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    os.chdir(order["folder"])
    watch, ended = Watch(), []
    sys.meta_path.insert(0, watch)
    for arguments in order["calls"]:
        had = set(sys.modules)
        code = call(arguments)
        new = [[name, *watch.by.get(name, ("?", 0))] for name in list(sys.modules) if name not in had]
        ended.append({"code": code, "modules": new})
    with open(order["told"], "w") as file:
        json.dump(ended, file)
    os._exit(0)

def call(arguments):
    sys.argv = ["luubao", *arguments]
    try:
        from crawler.cli import main
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else bool(end.code)
    except BaseException:  # a forked child: whatever it is, it is printed and ends here
        import traceback
        traceback.print_exc()
    return 70

for line in sys.stdin:
    order = json.loads(line)
    pid = os.fork()
    if pid == 0:
        become(order)
    os.waitpid(pid, 0)
    print("done", flush=True)
"""


@dataclass(frozen=True)
class Imported:
    """A module, and where it was imported first."""

    name: str
    by: str
    line: int


@dataclass(frozen=True)
class Started:
    """A command that has ended. modules: what it imported that neither click nor sqlite-utils nor a command before it
    in the same process had. before: what those had."""

    code: int
    err: str
    modules: tuple[Imported, ...]
    before: tuple[Imported, ...] = ()

    def chain(self, module: str) -> Iterator[str]:
        """Who imported a module, and who them, up to the command."""
        by = {one.name: one for one in (*self.before, *self.modules)}
        while one := by.pop(module, None):
            yield f"{one.name}, imported in {one.by} line {one.line}"
            module = one.by


@dataclass
class Starter:
    """Starts commands. folder: where they are called."""

    process: subprocess.Popen[str]
    folder: Path

    def __call__(self, *calls: Sequence[str]) -> list[Started]:
        """Calls commands one after the other in a process of their own."""
        assert self.process.stdin and self.process.stdout
        told, err = self.folder / "told.json", self.folder / "err.txt"
        order: dict[str, Any] = {"calls": calls, "told": str(told), "err": str(err), "folder": str(self.folder)}
        self.process.stdin.write(json.dumps(order) + "\n")
        self.process.stdin.flush()
        assert self.process.stdout.readline() == "done\n"
        ended: list[Started] = []
        before: tuple[Imported, ...] = ()
        for one in json.loads(told.read_text()):
            modules = tuple(Imported(*module) for module in one["modules"])
            ended.append(Started(one["code"], err.read_text(), modules, before))
            before = (*before, *modules)
        return ended


@contextmanager
def starting(folder: Path) -> Iterator[Starter]:
    """A process to fork commands from."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        [sys.executable, "-c", _PARENT],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment, cwd=ROOT,
    ) as process:  # fmt: skip
        yield Starter(process, folder)
        assert process.stdin
        process.stdin.close()
