"""The reader on pages labelled by eye whose bytes and sentences stay outside the repository.

    python bench/own_labels.py FOLDER...          # folders, work trees or git directories that hold the pages
    python bench/own_labels.py --make FOLDER...   # writes own_labels.json from labels.json and html/ in each FOLDER

`own_labels.json` names for each page the public repository, the path and the sha256 of its bytes, unpacked (an id of set vn with
-x is an excerpt typed from there). A sentence is kept as `n:digest`: the number of its folded words and the digest of
them, so a text is checked by hashing its windows of n words. Names, house and time are facts and kept plain. Prints one
table, a column a set (the folder's name), and which pages were not there. A caption is right when it holds the labelled
one and at most twelve words, or half as many, more. Wanted strings may stand under a picture; a house that signs alone
may be returned or not.
"""

from __future__ import annotations

import argparse
import gzip
import json
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from functools import cache
from hashlib import sha256
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import unquote

sys.path[:0] = ["."]

from archive.extract.reader import read_page  # noqa: E402  # the checkout is found by the line above
from archive.model.records import Reading  # noqa: E402  # the checkout is found by the line above

LABELS = Path(__file__).with_suffix(".json")
Row = dict[str, Any]
_CJK = "\u3040-\u30ff\u3400-\u9fff\uf900-\ufaff"
_WORDS = re.compile(rf"[{_CJK}]|(?:(?![{_CJK}])\w)+")
_SOURCE = re.compile(r"([\w.-]+/[\w.-]+):? (\S+)")


def main() -> None:
    """Measures, or makes the digests."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("folders", nargs="+", type=Path)
    parser.add_argument("--make", action="store_true")
    given = parser.parse_args()
    if given.make:
        rows = [digested(row, folder) for folder in given.folders for row in _rows(folder / "labels.json")]
        LABELS.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", "utf-8")
        return
    labels = {row["sha256"]: row for row in _rows(LABELS)}
    measure(labels, found(given.folders, labels))


def words(text: str | None) -> list[str]:
    """Casefolded words; a Chinese or Japanese sign is a word."""
    return _WORDS.findall(unicodedata.normalize("NFKC", unescape(text or "")).casefold())


def digest(text: str | None) -> str | None:
    """`n:digest` of a sentence's words."""
    folded = words(text)
    return f"{len(folded)}:{_hash(tuple(folded))}" if folded else None


def digested(row: Row, folder: Path) -> Row:
    """A plain label without its sentences."""
    page = gzip.decompress((folder / "html" / f"{row['id']}.html.gz").read_bytes())
    source = _SOURCE.search(row["source"])
    repository, path = source.groups() if source else (row["source"], "")
    path = unquote(path)  # a space is written %20
    return {
        **{name: row[name] for name in ("id", "url", "authors", "house", "published")},
        "set": folder.name, "repository": repository, "path": path, "sha256": sha256(page).hexdigest(),
        **{name: digest(row[name]) for name in ("headline", "lead", "body_first", "body_last")},
        **{name: [digest(one) for one in row[name]] for name in ("must", "must_not")},
        "images": [[digest(one["caption"]), digest(one["credit"])] for one in row["images"]],
    }  # fmt: skip


def found(folders: Iterable[Path], labels: dict[str, Row]) -> dict[str, bytes]:
    """The labelled pages' bytes by their sha256."""
    names = {Path(row["path"]).name for row in labels.values()}
    pages: dict[str, bytes] = {}
    for folder in folders:
        for body in (*_files(folder), *_blobs(folder, names)):
            name = sha256(body).hexdigest()
            if name in labels:
                pages[name] = body
    return pages


def measure(labels: dict[str, Row], pages: dict[str, bytes]) -> None:
    """Prints the table, and which pages were not there."""
    sums = {name: Counter[str]() for name in (*sorted({labels[one]["set"] for one in pages}), "all")}
    for name, body in pages.items():
        marks = marked(labels[name], body)
        sums[labels[name]["set"]].update(marks)
        sums["all"].update(marks)
    print(" " * 20 + "".join(f"{name:>10s}" for name in sums))
    print("pages".ljust(20) + "".join(f"{one['pages']:10d}" for one in sums.values()))
    for label, part, whole in FIGURES:
        print(f"{label:20s}" + "".join(f"{one[part] / max(1, one[whole]):10.3f}" for one in sums.values()))
    print(f"not found: {len(labels) - len(pages)}", *[labels[name]["id"] for name in labels if name not in pages][:20])


FIGURES = (
    ("refused", "refused", "pages"), ("headline", "headline", "pages"), ("authors", "authors", "pages"),
    ("minute", "minute", "dated"), ("caption precision", "caption", "captions given"),
    ("caption recall", "caption", "captions"), ("credit precision", "credit", "credits given"),
    ("credit recall", "credit", "credits"), ("number of pictures", "pictures", "pages"),
    ("wanted", "wanted", "all wanted"), ("unwanted", "unwanted", "all unwanted"),
)  # fmt: skip


def marked(row: Row, body: bytes) -> Counter[str]:
    """What one page adds to the sums."""
    read = read_page(body, row["url"])
    reading = read if isinstance(read, Reading) else Reading(kind="article", headline="")
    text = words("\n".join((reading.lead or "", reading.text)))
    under = [words(one.caption) for one in reading.images]
    wanted = [one for one in (*row["must"], row["body_first"], row["body_last"]) if one]
    marks: Counter[str] = Counter(pages=1, refused=int(read is not reading))
    marks["headline"] = digest(reading.headline) == row["headline"]
    marks["authors"] = _authors_right(row, reading.authors)
    if row["published"]:
        marks.update({"dated": 1, "minute": int(_same_time(row["published"], reading.published_at))})
    marks["pictures"] = len(reading.images) == len(row["images"])
    marks["all wanted"], marks["all unwanted"] = len(wanted), len(row["must_not"])
    marks["wanted"] = sum(any(holds(part, one) for part in (text, *under)) for one in wanted)
    marks["unwanted"] = sum(holds(text, one) for one in row["must_not"])
    _pairs(marks, "caption", [one[0] for one in row["images"] if one[0]], [one for one in under if one])
    credits = [words(one.credit) for one in reading.images if one.credit]
    _pairs(marks, "credit", [one[1] for one in row["images"] if one[1]], credits)
    return marks


def holds(text: list[str], sentence: str) -> bool:
    """Whether a window of the text has the sentence's digest."""
    n, name = int(sentence.split(":")[0]), sentence.split(":")[1]
    return any(_hash(tuple(text[start : start + n])) == name for start in range(len(text) - n + 1))


def _pairs(marks: Counter[str], kind: str, right: list[str], got: list[list[str]]) -> None:
    marks[f"{kind}s"], marks[f"{kind}s given"] = len(right), len(got)
    left = list(got)
    for sentence in right:
        n = int(sentence.split(":")[0])
        more = max(12, n // 2) if kind == "caption" else 0
        if hit := next((one for one in left if len(one) - n <= more and holds(one, sentence)), None):
            left.remove(hit)
            marks[kind] += 1


def _authors_right(row: Row, names: Iterable[str]) -> bool:
    got = {" ".join(words(name)) for name in names}
    return (got if row["authors"] else got - {" ".join(words(row["house"]))}) == {
        " ".join(words(name)) for name in row["authors"]
    }


def _same_time(right: str, got: datetime | None) -> bool:
    wanted = datetime.fromisoformat(right)
    if got is None or len(right) == 10:
        return got is not None and wanted.date() == got.date()
    return abs((wanted - (got if wanted.tzinfo else got.replace(tzinfo=None))).total_seconds()) < 60


def _rows(file: Path) -> list[Row]:
    rows: list[Row] = json.loads(file.read_text("utf-8"))
    return rows


@cache
def _hash(folded: tuple[str, ...]) -> str:
    return sha256(" ".join(folded).encode()).hexdigest()[:16]


def _files(folder: Path) -> Iterator[bytes]:
    for file in folder.rglob("*"):
        if file.suffix in (".html", ".htm", ".gz", ".txt") and file.is_file():
            body = file.read_bytes()
            yield gzip.decompress(body) if file.suffix == ".gz" else body


def _blobs(folder: Path, names: set[str]) -> Iterator[bytes]:
    for directory in (folder, *(file.parent for file in folder.rglob("objects") if file.parent != folder)):
        git = ["git", "-C", str(directory)]
        listed = subprocess.run(
            [*git, "rev-list", "--objects", "--missing=allow-any", "--all"], capture_output=True, check=False
        ).stdout
        for line in listed.decode("utf-8", "replace").splitlines():
            identity, _, path = line.partition(" ")
            if Path(path).name in names:
                body = subprocess.run([*git, "cat-file", "blob", identity], capture_output=True, check=False).stdout
                yield gzip.decompress(body) if path.endswith(".gz") else body


if __name__ == "__main__":
    main()
