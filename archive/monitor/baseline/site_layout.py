"""Whether the site was rebuilt: bodies stand in other places than before, or pages are of kinds that did not occur.

What stays becomes usual by itself, for a new layout that reads well needs nobody; one that does not is told by the
shares that fall.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from archive.monitor.baseline.findings import Finding
from archive.monitor.baseline.statistics import TOO_UNLIKELY, so_many
from archive.monitor.health import Health

_WINDOW = 20
_FEWEST_PAGES = 40
_OLDEST = timedelta(days=14)
_LONGEST = timedelta(days=28)
_USUAL = 0.02  # of all pages
_REBUILT = 0.5
_STRANGE = 0.25
_KNOWN = frozenset({"article", "photo-story", "video", "live-blog", "no-article"})
_KINDS = {
    "wall": "ask readers to log in",
    "cookie-bounce": "only set a cookie and reload",
    "obfuscated": "have a text that the paper scrambles",
    "soft-404": "say that they are gone",
    "empty": "are empty",
    "gave-up": "are too much for the reader",
    "too-large": "are too large to be read",
}


def compare(now: Health, before: Sequence[Health]) -> Iterator[Finding]:
    """Places and kinds that are new. before: earlier runs, newest first."""
    yield from _rebuilt(now, before)
    yield from _strange(now, before)


def _rebuilt(now: Health, before: Sequence[Health]) -> Iterator[Finding]:
    recent, older = _divided(lambda health: health.containers, now, before)
    pages, all_older = recent.total(), older.total()
    if pages < _WINDOW // 2 or all_older < _FEWEST_PAGES:
        return
    usual = {place for place, count in older.items() if count >= _USUAL * all_older}
    elsewhere = Counter({place: count for place, count in recent.items() if place not in usual})
    often = 1 - sum(older[place] for place in usual) / all_older
    count = elsewhere.total()
    if count >= _REBUILT * pages and so_many(count, pages, min(1.5 * often + 0.05, 0.95)) < TOO_UNLIKELY:
        new, old = elsewhere.most_common(1)[0][0], older.most_common(1)[0][0]
        yield Finding(
            "layout",
            f"the site looks rebuilt: {count} of the last {pages} articles had their text in places not seen before"
            f" ({new}), where it stood in {old}.",
        )


def _strange(now: Health, before: Sequence[Health]) -> Iterator[Finding]:
    recent, older = _divided(lambda health: health.kinds, now, before)
    pages, all_older = recent.total(), older.total()
    if pages < _WINDOW // 2 or all_older < _FEWEST_PAGES:
        return
    for kind, count in recent.items():
        often = min(1.5 * older[kind] / all_older + 0.03, 0.95)
        if kind not in _KNOWN and count >= _STRANGE * pages and so_many(count, pages, often) < TOO_UNLIKELY:
            told = _KINDS.get(kind, f"are of a kind that hardly occurred ({kind})")
            yield Finding(f"kind:{kind}", f"{count} of the last {pages} pages {told}; hardly any did before.")


def _divided(
    measure: Callable[[Health], Counter[str]], now: Health, before: Sequence[Health]
) -> tuple[Counter[str], Counter[str]]:
    """What the last pages had, those of this run at least, and what those before them had."""
    recent: Counter[str] = Counter(measure(now))
    older: Counter[str] = Counter()
    for health in before:
        if health.at < now.at - _LONGEST:
            break
        near = recent.total() < _WINDOW and not older and health.at >= now.at - _OLDEST
        (recent if near else older).update(measure(health))
    return recent, older
