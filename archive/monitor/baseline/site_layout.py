"""Detects a rebuilt site: bodies in new page elements, or pages of new kinds.

A lasting change becomes the baseline by itself: a new layout that extracts well needs no one, and one that does not
shows as a drop in field_shares.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta

from archive.monitor.baseline.findings import TOO_UNLIKELY, Finding, so_many
from archive.monitor.health import Health

_WINDOW = 20
_FEWEST_PAGES = 40
_OLDEST = timedelta(days=14)
_LONGEST = timedelta(days=28)
_USUAL_SHARE = 0.02  # of all pages
_REBUILT_SHARE = 0.5
_NEW_KIND_SHARE = 0.25
_NORMAL_KINDS = frozenset({"article", "photo-story", "video", "live-blog", "no-article"})
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
    """Findings for new containers and new kinds. before: earlier runs, newest first."""
    yield from _new_containers(now, before)
    yield from _new_kinds(now, before)


def _new_containers(now: Health, before: Sequence[Health]) -> Iterator[Finding]:
    recent, older = _recent_and_older(lambda health: health.containers, now, before)
    pages, all_older = recent.total(), older.total()
    if pages < _WINDOW // 2 or all_older < _FEWEST_PAGES:
        return
    usual = {place for place, count in older.items() if count >= _USUAL_SHARE * all_older}
    elsewhere = Counter({place: count for place, count in recent.items() if place not in usual})
    usual_rate = 1 - sum(older[place] for place in usual) / all_older
    count = elsewhere.total()
    if count >= _REBUILT_SHARE * pages and so_many(count, pages, min(1.5 * usual_rate + 0.05, 0.95)) < TOO_UNLIKELY:
        new, old = elsewhere.most_common(1)[0][0], older.most_common(1)[0][0]
        yield Finding(
            "layout",
            f"the site looks rebuilt: {count} of the last {pages} articles had their text in places not seen before"
            f" ({new}), where it stood in {old}.",
        )


def _new_kinds(now: Health, before: Sequence[Health]) -> Iterator[Finding]:
    recent, older = _recent_and_older(lambda health: health.kinds, now, before)
    pages, all_older = recent.total(), older.total()
    if pages < _WINDOW // 2 or all_older < _FEWEST_PAGES:
        return
    for kind, count in recent.items():
        expected_share = min(1.5 * older[kind] / all_older + 0.03, 0.95)
        if (
            kind not in _NORMAL_KINDS
            and count >= _NEW_KIND_SHARE * pages
            and so_many(count, pages, expected_share) < TOO_UNLIKELY
        ):
            description = _KINDS.get(kind, f"are of a kind that hardly occurred ({kind})")
            yield Finding(f"kind:{kind}", f"{count} of the last {pages} pages {description}; hardly any did before.")


def _recent_and_older(
    measure: Callable[[Health], Counter[str]], now: Health, before: Sequence[Health]
) -> tuple[Counter[str], Counter[str]]:
    """The counts of the last pages, at least those of this run, and of the pages before them."""
    recent: Counter[str] = Counter(measure(now))
    older: Counter[str] = Counter()
    for health in before:
        if health.at < now.at - _LONGEST:
            break
        near = recent.total() < _WINDOW and not older and health.at >= now.at - _OLDEST
        (recent if near else older).update(measure(health))
    return recent, older
