"""`luubao outlets probe` in a process of its own, as a person starts it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests import killable_commands

ROOT = Path(__file__).parents[3]


def luubao(*arguments: str, folder: Path = ROOT, contact: str = "") -> subprocess.CompletedProcess[str]:
    """A command, given in a folder."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LUUBAO_")}
    environment["PYTHONPATH"] = str(ROOT)
    if contact:
        environment["LUUBAO_CONTACT"] = contact
    command = [sys.executable, "-m", "crawler", *arguments]
    if folder == ROOT:
        return killable_commands.run(command, env=environment)
    return subprocess.run(command, capture_output=True, text=True, check=False, cwd=folder, env=environment)


def probed(url: str, *options: str) -> Mapping[str, Any]:
    """What a probe that succeeds has found."""
    done = luubao("outlets", "probe", url, "--json", *options)
    assert done.returncode == 0, done.stderr
    found: Mapping[str, Any] = json.loads(done.stdout)
    return found
