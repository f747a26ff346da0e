# /// script
# requires-python = ">=3.11"
# dependencies = ["luubao", "pandas>=3", "polars>=2", "duckdb>=2"]
# ///
"""Runs the Python blocks of docs/notebooks.md on an archive and writes what they print behind them.

python docs/notebooks.py demo.db
"""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from pathlib import Path

PAGE = Path(__file__).resolve().parent / "notebooks.md"
BLOCK = re.compile(r"(```python\n(.*?)```\n\n```text\n).*?(```)", re.DOTALL)


def main() -> None:
    """One name space for all blocks, as in a notebook; the archive is `demo.db` to them."""
    archive = Path(sys.argv[1]).resolve()
    os.chdir(archive.parent)
    names: dict[str, object] = {}

    def told(match: re.Match[str]) -> str:
        with contextlib.redirect_stdout(io.StringIO()) as said:
            exec(match[2].replace("demo.db", archive.name), names)
        return f"{match[1]}{said.getvalue().rstrip()}\n{match[3]}"

    PAGE.write_text(BLOCK.sub(told, PAGE.read_text("utf-8")), "utf-8")


if __name__ == "__main__":
    main()
