"""One input again: `python -m tests.fuzz TARGET NUMBER-OR-FILE`. Writes it to the file that --keep names."""

from __future__ import annotations

import sys
from pathlib import Path

from tests.fuzz.run import Try, attempt


def main() -> int:
    target, source, *keep = sys.argv[1:]
    one = Try(target, int(source) if source.isdigit() else Path(source))
    if keep[:1] == ["--keep"]:
        Path(keep[1]).write_bytes(one.data())
    said = attempt(one)
    sys.stdout.write(f"{said or 'nothing is wrong'}\n")
    return 1 if said else 0


if __name__ == "__main__":
    sys.exit(main())
