"""Draws docs/architecture/layers.svg and walk.svg from the code. `--check` compares them with the files and fails where
they differ (`make docs` writes, `make lint` checks)."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from html import escape
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT)]

from tests.test_architecture import LAYERS, MODULES, imports, module_of, name_of, package_of  # noqa: E402  # found by the path above

FOLDER = ROOT / "docs" / "architecture"
WALK = (
    ("crawler.outlet", "OutletSpider", "the spider makes a Capture of Scrapy's response: bytes, headers, time"),
    ("crawler.writer", "ArchiveWriter", "the thread that owns the archive takes it"),
    ("crawler.session", "CrawlSession", "the run counts it, and notes its links in the frontier"),
    ("archive.pipeline.ingest", "keep_capture", "store, read, file: the three steps in order"),
    ("archive.storage.captures.capture_writer", "keep", "stored in one transaction, before anything reads it"),
    ("archive.pipeline.page_reading", "try_to_read", "a reader process reads the page"),
    ("archive.extract.reader", "read_page", "headline, body, pictures, captions, credits"),
    ("archive.pipeline.filing", "Filing", "captures that belong together are loaded"),
    ("archive.history.derivation", "derive", "what they amount to: versions, moves, disappearances"),
    (
        "archive.storage.histories.history_writer",
        "write_history",
        "the difference is written to the tables people query",
    ),
)
_WIDTH, _ROW, _BOX = 1180, 64, 34
_STYLE = (
    "text{font:13px sans-serif;fill:#222}.package{fill:#fff;stroke:#777}.of-crawler{fill:#fdf3e7}.layer{fill:#f4f4f4}"
    ".import{stroke:#3a6ea5;stroke-opacity:.28;fill:none}.small{font-size:11px;fill:#666}"
)


def main() -> None:
    """Writes the pictures, or checks them."""
    pictures = {"layers.svg": layers(), "walk.svg": walk()}
    stale = [name for name, text in pictures.items() if _read(FOLDER / name) != text]
    if "--check" in sys.argv:
        if stale:
            raise SystemExit(f"{', '.join(stale)} in docs/architecture do not show the code: run `make docs`")
        return
    for name in stale:
        (FOLDER / name).write_text(pictures[name], "utf-8")


def layers() -> str:
    """Each layer a row, each package a box with its number of modules, each import between packages a line."""
    places = _places()
    height = _ROW * len(LAYERS) + 10
    rows = range(len(LAYERS))
    parts = [f'<rect class="layer" x="0" y="{_y(n)}" width="{_WIDTH}" height="{_ROW - 8}"/>' for n in rows]
    parts += [_line(places[user], places[used]) for user, used in sorted(_imports())]
    parts += [_box(package, *place) for package, place in places.items()]
    return _svg(height, parts, "Packages of luubao, layer by layer, with their imports")


def walk() -> str:
    """The modules through which a page passes, in order, at most ten. Each name is looked up in the code."""
    if len(WALK) > 10:
        raise SystemExit("docs/architecture.py: a page passes more than ten modules")
    parts = []
    for number, (module, name, what) in enumerate(WALK):
        if name not in set(_defined(module)):
            raise SystemExit(f"docs/architecture.py: {module} has no {name}")
        y = 10 + number * 44
        kind = "package of-crawler" if module.startswith("crawler") else "package"
        parts.append(f'<rect class="{kind}" x="10" y="{y}" width="470" height="32" rx="4"/>')
        parts.append(f'<text x="20" y="{y + 21}">{number + 1}. {escape(module)}: {escape(name)}</text>')
        parts.append(f'<text class="small" x="500" y="{y + 21}">{escape(what)}</text>')
        if number:
            parts.append(f'<path class="import" style="stroke-opacity:1" d="M245 {y - 12}v10m-4 -5l4 5l4 -5"/>')
    return _svg(20 + 44 * len(WALK), parts, "A page's walk from the spider's callback to the filed version")


def _places() -> dict[str, tuple[float, float, float]]:
    """x, y and width of every package; the ground layer is at the bottom."""
    places = {}
    for number, layer in enumerate(LAYERS):
        packages = [package for line in layer for package in line if not package.endswith("__main__")]
        width = min(180.0, (_WIDTH - 20) / len(packages) - 8)
        left = (_WIDTH - len(packages) * (width + 8)) / 2
        for place, package in enumerate(packages):
            places[package] = (left + place * (width + 8), _y(number) + (_ROW - 8 - _BOX) / 2, width)
    return places


def _y(number: int) -> int:
    return _ROW * (len(LAYERS) - 1 - number) + 5


def _imports() -> set[tuple[str, str]]:
    found = set()
    for path in MODULES:
        user = package_of(name_of(path))
        for imported in imports(path):
            if imported.split(".")[0] in ("archive", "crawler"):
                used = package_of(module_of(imported))
                if user != used and not user.endswith("__main__"):
                    found.add((user, used))
    return found


def _box(package: str, x: float, y: float, width: float) -> str:
    modules = sum(package_of(name_of(path)) == package for path in MODULES)
    short = package.partition(".")[2] or package
    kind = "package of-crawler" if package.startswith("crawler") else "package"
    size = 13 if 7.2 * len(short) < width - 24 else max(7.0, (width - 8) / (0.62 * len(short)))
    return (
        f'<rect class="{kind}" x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{_BOX}" rx="4"/>'
        f'<text x="{x + width / 2:.0f}" y="{y + 16:.0f}" text-anchor="middle" style="font-size:{size:.1f}px">'
        f'{escape(short)}</text><text class="small" x="{x + width / 2:.0f}" y="{y + 29:.0f}" text-anchor="middle">'
        f"{modules}</text>"
    )


def _line(user: tuple[float, float, float], used: tuple[float, float, float]) -> str:
    x1, y1, x2, y2 = user[0] + user[2] / 2, user[1] + _BOX, used[0] + used[2] / 2, used[1]
    if user[1] == used[1]:  # of one layer
        return f'<path class="import" d="M{x1:.0f} {y1:.0f}Q{(x1 + x2) / 2:.0f} {y1 + 16:.0f} {x2:.0f} {y1:.0f}"/>'
    return f'<path class="import" d="M{x1:.0f} {y1:.0f}L{x2:.0f} {y2:.0f}"/>'


def _defined(module: str) -> Iterator[str]:
    path = ROOT / module.replace(".", "/")
    source = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    for node in ast.parse(source.read_text("utf-8")).body:
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
            yield node.name


def _svg(height: int, parts: list[str], title: str) -> str:
    head = f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img"><title>{title}</title>'
    paper = f'<rect width="{_WIDTH}" height="{height}" fill="#fff"/>'
    return "\n".join([head, f"<style>{_STYLE}</style>", paper, *parts, "</svg>\n"])


def _read(path: Path) -> str | None:
    return path.read_text("utf-8") if path.is_file() else None


if __name__ == "__main__":
    main()
