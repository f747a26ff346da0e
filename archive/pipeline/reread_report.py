"""Counts the results of a reread, and formats them at the end."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from difflib import SequenceMatcher
from typing import Any, get_args

from archive.diff import Piece, words
from archive.history.edits import EDIT_FIELDS, changed_fields
from archive.model import clock
from archive.model.records import ReadableKind, Reading, Unreadable
from archive.pipeline.filing import FiledHistories

_READABLE = frozenset(get_args(ReadableKind))
_MAX_EXAMPLES = 5
_EXAMPLE_LENGTH = 300  # characters of an example on either side

_FIELD_TEXTS: dict[str, Callable[[Reading], list[str | None]]] = {
    "headline": lambda reading: [reading.headline],
    "lead": lambda reading: [reading.lead],
    "body": lambda reading: [*reading.text.split("\n\n")],
    "pictures": lambda reading: [image.url for image in reading.images],
    "captions": lambda reading: [image.caption for image in reading.images],
    "credits": lambda reading: [image.credit for image in reading.images],
    "byline": lambda reading: [*reading.authors] or [reading.byline],
    "published_at": lambda reading: [clock.claimed(reading.published_at)],
    "section": lambda reading: [reading.section],
    "tags": lambda reading: [*reading.tags],
    "kicker": lambda reading: [reading.kicker],
    "dateline": lambda reading: [reading.dateline],
    "correction": lambda reading: [reading.correction],
}

_NON_EDIT_FIELDS = ("section", "tags", "kicker", "dateline", "correction")
COMPARED = (*EDIT_FIELDS, *_NON_EDIT_FIELDS)
"""Fields in which two readings of one page are compared: those whose change is an edit, and some that outlets change
without one."""


@dataclass(frozen=True, slots=True)
class Example:
    """One difference between the old and the new reading of a page. `pieces`: the old and the new text as one run of
    words."""

    url: str
    field: str
    pieces: tuple[Piece, ...]


@dataclass
class RereadReport:
    """Counts of captures, unless said otherwise. versions: those that now show this extractor's reading; changed: of
    these, those whose text differs, and in which fields. new_versions: states that no extractor saw before; renumbered,
    removed: versions that have another number or time, or are no states of their own any more. changes: each of these
    in one line. absent: pages whose bytes were withdrawn; damaged: whose bytes the archive cannot read (`luubao verify`
    tells more)."""

    dry_run: bool = False
    interrupted: bool = False
    seconds: float = 0.0
    captures: int = 0
    versions: int = 0
    changed: int = 0
    fields: Counter[str] = field(default_factory=Counter)
    became_readable: int = 0
    stopped_being_readable: int = 0
    changed_kind: int = 0
    new_articles: int = 0
    new_versions: int = 0
    renumbered: int = 0
    removed: int = 0
    gave_up: int = 0
    absent: int = 0
    damaged: int = 0
    changes: list[str] = field(default_factory=list)
    examples: list[Example] = field(default_factory=list)

    @property
    def per_second(self) -> float:
        return self.captures / self.seconds if self.seconds else 0.0

    def as_dict(self) -> dict[str, Any]:
        seconds = {"seconds": round(self.seconds, 1), "per_second": round(self.per_second, 1)}
        return asdict(self) | seconds | {"fields": {name: self.fields[name] for name in COMPARED if self.fields[name]}}

    def note(
        self, read: Mapping[int, Reading | Unreadable], former: Mapping[int, str | None],
        before: Mapping[int, tuple[str, Reading]], filed: FiledHistories,
    ) -> None:  # fmt: skip
        """Counts reread pages that belong together. read: the readings, by captures.id; former: the former extractor's
        kinds; before: versions with their URLs and the readings they showed."""
        urls = {verdict.capture.id: verdict.capture.url for verdict in filed.history.verdicts}
        for number, reading in read.items():
            self.captures += 1
            self._note_kind(urls.get(number, ""), reading, former[number])
        plan, counts = filed.plan, filed.counts
        self.new_articles += sum(article_id not in filed.known for article_id in _articles(filed))
        self.new_versions += counts.opened
        self.renumbered += counts.renumbered
        self.removed += counts.removed
        self.changes += _changes(filed, before)
        for ref, version_id in sorted(plan.versions.items(), key=lambda item: item[1]):
            if version_id in before and before[version_id][1].extractor != plan.derived[ref].state.reading.extractor:
                self._note_words(*before[version_id], plan.derived[ref].state.reading)

    def _note_kind(self, url: str, reading: Reading | Unreadable, former: str | None) -> None:
        kind = reading.kind if isinstance(reading, Reading) else reading.reason
        self.gave_up += kind == "gave-up"
        if former is None or former == kind:
            return
        was, is_now = former in _READABLE, kind in _READABLE
        self.became_readable += is_now and not was
        self.stopped_being_readable += was and not is_now
        self.changed_kind += was == is_now
        self._add_example(Example(url, "kind", (Piece("removed", former), Piece("added", kind))))

    def _note_words(self, url: str, before: Reading, now: Reading) -> None:
        self.versions += 1
        changed = list(changed_fields(before, now))
        changed += [name for name in _NON_EDIT_FIELDS if getattr(before, name) != getattr(now, name)]
        self.changed += bool(changed)
        self.fields.update(changed)
        for name in changed:
            old, new = ([part or "" for part in _FIELD_TEXTS[name](reading)] for reading in (before, now))
            was, is_now = _first_difference(old, new)
            self._add_example(Example(url, name, words(was[:_EXAMPLE_LENGTH], is_now[:_EXAMPLE_LENGTH])))

    def _add_example(self, example: Example) -> None:
        """One example of each field is better than five of one."""
        if len(self.examples) < _MAX_EXAMPLES and all(existing.field != example.field for existing in self.examples):
            self.examples.append(example)


def _articles(filed: FiledHistories) -> set[int]:
    """Articles of the new history; those without a number yet are counted apart."""
    numbers = {article.number for article in filed.history.articles}
    return {filed.plan.articles.get(number, -1 - number) for number in numbers}


def _changes(filed: FiledHistories, before: Mapping[int, tuple[str, Reading]]) -> Iterator[str]:
    """Each version that is opened, renumbered or removed, in one line."""
    plan = filed.plan
    now = {version_id: plan.derived[ref] for ref, version_id in plan.versions.items()}
    for version_id, old in sorted(plan.old.items()):
        url = before[version_id][0] if version_id in before else f"article {old['article_id']}"
        version = now.get(version_id)
        if version is None:
            yield f"{url}: version {old['number']} of {old['first_seen_at']} is no state of its own"
        elif (version.number, clock.stamp(version.first_seen)) != (old["number"], old["first_seen_at"]):
            renumbered = f"version {version.number} of {clock.stamp(version.first_seen)}"
            yield f"{url}: version {old['number']} of {old['first_seen_at']} becomes {renumbered}"
    for ref, version in sorted(plan.derived.items()):
        if plan.versions.get(ref) not in plan.old:
            url = filed.history.articles[ref[0]].url
            yield f"{url}: version {version.number} of {clock.stamp(version.first_seen)} is new"


def _first_difference(old: list[str], new: list[str]) -> tuple[str, str]:
    for tag, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if tag != "equal":
            return "\n".join(old[i:j]), "\n".join(new[k:m])
    return "\n".join(old), "\n".join(new)


def report_lines(report: RereadReport) -> Iterator[str]:
    dry_run_note = " (a dry run: nothing is written)" if report.dry_run else ""
    yield f"captures read: {report.captures} in {report.seconds:.1f} s, {report.per_second:.0f} a second{dry_run_note}"
    by_field = ", ".join(f"{name} {report.fields[name]}" for name in COMPARED if report.fields[name])
    yield f"versions whose text changed: {report.changed} of {report.versions}{f' ({by_field})' if by_field else ''}"
    counts = (
        (report.became_readable, "pages that became readable"),
        (report.new_articles, "articles opened"),
        (report.new_versions - report.new_articles, "later versions opened"),
        (report.renumbered, "versions with another number or time"),
        (report.removed, "versions that are no states of their own any more"),
        (report.stopped_being_readable, "pages that stopped being readable"),
        (report.changed_kind, "pages that changed kind"),
        (report.gave_up, "captures given up"),
        (report.absent, "captures left alone because they are withdrawn"),
        (report.damaged, "captures left alone because they are damaged (luubao verify tells more)"),
    )
    yield from (f"{label}: {count}" for count, label in counts if count)
    yield from report.changes if report.dry_run else ()
