"""Picture edits: a picture replaced under its URL is an edit of the articles that show it.

A page and the pictures fetched for it are one visit, and open one state at most. Pictures are requested just after
their page, or, when they are due, some time before it; so a visit lasts from the last page to the next, and no longer
than VISIT. It goes by time and not by runs, which have other numbers in every archive.

A recompressed or resized copy is no edit, nor is a picture that cannot be compared. What a URL showed before an article
used it is never taken for what the article showed. An article that is gone is not edited. Another URL in a picture's
place is an edit until what it shows is known: the same picture, in any size, or a part of it is none, nor is one that
came at several URLs at once (a placeholder). A URL that differs only in host, size or version (`picture_key`) is none,
until it shows another picture.

Pictures are compared by perceptual hash, the mean lightness of 12 by 12 cells, a byte each. Two are the same if no cell
differs by more than SAME_CELLS. Measured on 247 pictures (42 of the loopback newspaper, 60 drawn, 145 found on a
machine: screenshots, diagrams, icons, five photographs), each copied in 17 ways (JPEG at quality 40 to 95, WebP, 50 to
90 percent of the size, both together), as the largest difference of a cell, of 255:

    4,199 copies                                   half up to 2, 99 in 100 up to 8, at most 10
    13,071 pairs of different pictures             at least 17, but for three pairs of icons drawn alike (0, 0, 2)
    a bar over a tenth of width and height         9 in 10 from 79, at least 38 on drawn and newspaper pictures
    a tenth cropped off                            at least 14
    a small number drawn in                        half up to 8 (drawn) to 19 (found): seen or not by its size
    a fifth of width and height blurred            half up to 5: not seen

The usual difference hash of 64 bits is too coarse: a copy was up to 18 bits from its picture, the bar was 2, and two
photographs of the newspaper are 7 apart.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from archive.history.edits import picture_refs, state_of
from archive.history.facts import PictureFetch, Shown, UrlCapture
from archive.history.values import Article, ArticleState, History
from archive.model.records import Reading
from archive.model.urls import picture_key
from archive.text.equivalence import plain

VISIT = timedelta(hours=12)


def see_picture(history: History, fetch: PictureFetch) -> History:
    """The history after one more fetch of a picture."""
    if fetch.shown is None:
        return history
    for article in history.articles:
        shown = shown_picture(_with_doubted(article, fetch), fetch)
        if shown is not article:
            history = with_moved_pictures(history, shown)
    return replace(history, pictures={**history.pictures, fetch.url: fetch})


def with_moved_pictures(history: History, article: Article) -> History:
    """A history with this article; where the same pictures stand at other URLs in its newest state, its pictures have
    not changed; it is taken back if nothing else has."""
    latest = article.latest
    if _shows_former_pictures(article) and latest.changed != ("pictures",):
        article = article.with_latest(
            replace(latest, changed=tuple(name for name in latest.changed if name != "pictures"))
        )
    elif _shows_former_pictures(article):
        article = article.with_renditions_at(
            article.newest, lambda rendition: replace(rendition, differs=rendition.differs | {"pictures"})
        )
        history, article = without_newest(history, article, "the same pictures at other addresses")
    return history.with_article(article)


def _shows_former_pictures(article: Article) -> bool:
    """Whether all pictures that the newest state changed are URLs, in whose places the former ones still stand."""
    latest = article.latest
    if len(article.states) < 2 or "pictures" not in latest.changed or latest.picture is not None:
        return False
    former = article.states[-2]
    pairs = list(zip(former.reading.images, latest.reading.images, strict=False))
    moved = [(old, new) for old, new in pairs if picture_key(old.url) != picture_key(new.url)]
    same_number = len(former.reading.images) == len(latest.reading.images)
    shown = ((former.pictures.get(old.url), latest.pictures.get(new.url)) for old, new in pairs)
    if not moved or not same_number or any(old and new and _replaces(old, new) for old, new in shown):
        return False
    return all(
        (plain(old.caption), plain(old.credit)) == (plain(new.caption), plain(new.credit))
        and _is_same(former.pictures.get(old.url), latest.pictures.get(new.url))
        for old, new in moved
    )


def _replaces(old: Shown, new: Shown) -> bool:
    """Whether a picture is known to be another one than stood there before."""
    return _is_another(old, new) and not _is_same(old, new)


def _is_same(old: Shown | None, new: Shown | None) -> bool:
    if old is None or new is None:
        return new is not None and new.everywhere
    return (
        new.everywhere
        or old.digest == new.digest
        or bool(same_picture(old.looks, new.looks))
        or is_cut_from(old.looks, new.looks)
    )


def _with_doubted(article: Article, fetch: PictureFetch) -> Article:
    """Adds the fetch to doubted readings that show the picture: they may be the next state."""
    for key, rendition in article.renditions.items():
        doubted = rendition.doubted
        if doubted and doubted.reading and _shows(doubted.reading, fetch.url):
            doubted = replace(doubted, fetches=(*doubted.fetches, fetch))
            article = article.with_rendition(key, replace(rendition, doubted=doubted))
    return article


def _shows(reading: Reading, url: str) -> bool:
    return any(image.url == url for image in reading.images)


def moved_pictures(article: Article, reading: Reading) -> dict[int, str]:
    """By position, from 1: the URL at which the article's page now shows a picture that a reading names at another."""
    page = shown_page(article).reading
    if not isinstance(page, Reading) or page.images == reading.images or state_of(page) != state_of(reading):
        return {}
    pairs = enumerate(zip(reading.images, page.images, strict=True), 1)
    return {position: new.url for position, (old, new) in pairs if old.url != new.url}


def shown_page(article: Article) -> UrlCapture:
    """The last capture of the article's page that brought it: a 304 shows nothing by itself."""
    return article.shown or article.page


def _known_as(article: Article, url: str) -> str | None:
    """The URL under which the newest state names the picture that the article's page now shows at a URL; None where it
    shows none there: where another URL has taken its place, as the same picture."""
    reading, rendition = article.latest.reading, article.renditions.get(article.primary)
    moved = moved_pictures(article, reading)
    if moved and url in moved.values():
        return next(reading.images[position - 1].url for position, new in moved.items() if new == url)
    if not _shows(reading, url) or any(reading.images[position - 1].url == url for position in moved):
        return None
    has_moved = rendition is not None and "pictures" in rendition.differs and bool(rendition.reading.images)
    return None if has_moved and rendition and not _shows(rendition.reading, url) else url


def shown_picture(article: Article, fetch: PictureFetch) -> Article:
    """An article after one more fetch of a picture."""
    latest, shown, known_as = article.latest, fetch.shown, _known_as(article, fetch.url)
    if shown is None or known_as is None:
        return article
    previous = latest.pictures.get(known_as) or latest.pictures.get(fetch.url)
    is_first = fetch.url not in article.fetched
    article = replace(article, fetched=article.fetched | {fetch.url})
    if previous is None:
        changed = _with_pictures(latest.changed) if _replaces_former(article, fetch) else latest.changed
        return article.with_latest(replace(latest, pictures={**latest.pictures, fetch.url: shown}, changed=changed))
    if not _is_another(previous, shown) or (known_as != fetch.url and _is_same(previous, shown)) or article.is_gone:
        return article
    reading, proof = latest.reading, article.page if _proves(article) else latest.proof
    if known_as != fetch.url and isinstance(shows_now := shown_page(article).reading, Reading):
        reading, proof = shows_now, shown_page(article)
    urls = {image.url for image in reading.images}
    pictures = {**{url: known for url, known in latest.pictures.items() if url in urls}, fetch.url: shown}
    if (
        is_first
        and _is_of_this_visit(article, fetch.time)
        and (latest.picture is not None or reading is latest.reading)
    ):
        past = replace(latest, pictures=pictures, changed=_with_pictures(latest.changed), reading=reading)
        return article.with_latest(past if reading is latest.reading else replace(past, proof=proof))
    past = replace(
        latest, first_seen=fetch.time, last_seen=fetch.time, changed=("pictures",), pictures=pictures, picture=fetch
    )
    return replace(article, states=(*article.states, replace(past, proof=proof, reading=reading)))


def _proves(article: Article) -> bool:
    """Whether the article's page itself, and not another print of it, shows the newest state's words."""
    page = article.page
    return (
        page.answer == "page" and isinstance(page.reading, Reading) and state_of(page.reading) == article.latest.state
    )


def _with_pictures(changed: tuple[str, ...]) -> tuple[str, ...]:
    return changed if "pictures" in changed else (*changed, "pictures")


def _is_another(old: Shown, new: Shown) -> bool:
    return old.digest != new.digest and same_picture(old.looks, new.looks) is False


def _replaces_former(article: Article, fetch: PictureFetch) -> bool:
    """Whether a picture that came with other words, at another URL, is another one than stood there before."""
    if len(article.states) < 2 or fetch.shown is None:
        return False
    former = article.states[-2]
    stood = dict(zip(picture_refs(former.reading.images), former.reading.images, strict=True))
    images = article.latest.reading.images
    ref = next((ref for ref, image in zip(picture_refs(images), images, strict=True) if image.url == fetch.url), None)
    known = former.pictures.get(stood[ref].url) if ref in stood else None
    return known is not None and _replaces(known, fetch.shown)


def seen_moved(history: History, article: Article, capture: UrlCapture) -> Article:
    """The article after a page that shows its pictures at other URLs, where these were fetched just before, for
    another page."""
    for url in moved_pictures(article, article.latest.reading).values():
        fetch = history.pictures.get(url)
        if fetch and fetch.time <= capture.time <= fetch.time + VISIT:
            article = shown_picture(article, replace(fetch, time=capture.time))
    return article


def _is_of_this_visit(article: Article, moment: datetime) -> bool:
    """Whether the newest state was opened since the article's page was last captured, by that page or by another
    picture."""
    latest = article.latest
    return len(article.states) > 1 and latest.first_seen >= article.page.time and moment - latest.first_seen <= VISIT


def opened_by_pictures(article: Article, capture: UrlCapture) -> bool:
    """Whether the newest state was opened by pictures of the visit that a later page belongs to."""
    return article.latest.picture is not None and _is_of_this_visit(article, capture.time)


def without_newest(history: History, article: Article, why: str = "") -> tuple[History, Article]:
    """Removes the newest state: what pointed to it points to the state before; or, as its words are another print's, to
    none, and `why` says so."""
    index = article.newest
    article = article.with_renditions_at(index, lambda rendition: replace(rendition, state_index=index - 1))
    verdicts = tuple(
        replace(verdict, state_index=None if why else index - 1, why=why)
        if (verdict.article, verdict.state_index) == (article.number, index)
        else verdict
        for verdict in history.verdicts
    )
    return replace(history, verdicts=verdicts), replace(article, states=article.states[:-1])


def pictures_of(
    history: History, previous: ArticleState | None, reading: Reading, moment: datetime
) -> Mapping[str, Shown]:
    """What the pictures of a state show when it opens: what they showed in the state before; or, where they are new in
    the article, what was fetched for them in this visit."""
    previous_urls = {image.url for image in previous.reading.images} if previous else frozenset[str]()
    shown: dict[str, Shown] = {}
    for image in reading.images:
        fetch = history.pictures.get(image.url)
        if previous and image.url in previous.pictures:
            shown[image.url] = previous.pictures[image.url]
        elif image.url not in previous_urls and fetch and fetch.shown and fetch.time <= moment <= fetch.time + VISIT:
            shown[image.url] = fetch.shown
    return shown


SAME_CELLS = 12
"""The most that a cell's lightness may differ between two copies of one picture, of 255."""
_SIDE = 12
_SMALLEST_PART = 7  # cells of the whole's width or height
_LEAST_CONTRAST = 40
_PART_DIFFERENCE = 8
"""The mean difference of cells up to which a picture is a part of another one, its edges cut off. Of 30 painted
pictures cut to 60 to 100 percent of width and height and made smaller, 29 differ by at most 7.8 (one by 10.9); of 60
pairs of different ones, none by less than 12.1."""


def same_picture(first: str | None, second: str | None) -> bool | None:
    """Whether two perceptual hashes (archive.pictures) are of one picture; None when one of them is missing."""
    if first is None or second is None:
        return None
    cells = zip(bytes.fromhex(first), bytes.fromhex(second), strict=True)
    return max(abs(first_cell - second_cell) for first_cell, second_cell in cells) <= SAME_CELLS


def is_cut_from(first: str | None, second: str | None) -> bool:
    """Whether one of two pictures is the other, or a part of it in any size, its edges cut off. Pictures without
    contrast are never: they would be a part of too many."""
    if first is None or second is None:
        return False
    cells, other_cells = bytes.fromhex(first), bytes.fromhex(second)
    return _is_part(cells, other_cells) or _is_part(other_cells, cells)


def _is_part(part: bytes, whole: bytes) -> bool:
    if max(part) - min(part) < _LEAST_CONTRAST or len(part) != len(whole) or len(part) != _SIDE**2:
        return False
    spans = [(start, size) for size in range(_SMALLEST_PART, _SIDE + 1) for start in range(_SIDE - size + 1)]
    return any(_difference(part, whole, across, down) <= _PART_DIFFERENCE for across in spans for down in spans)


def _difference(part: bytes, whole: bytes, across: tuple[int, int], down: tuple[int, int]) -> float:
    """The mean difference between the cells of a part and those of a window of the whole: its start and size."""
    most, total = _PART_DIFFERENCE * len(part), 0.0
    columns = [_between(cell, *across) for cell in range(_SIDE)]
    for row in range(_SIDE):
        upper, share = _between(row, *down)
        for column, (left, portion) in enumerate(columns):
            corner = upper * _SIDE + left
            above = whole[corner] + (whole[corner + 1] - whole[corner]) * portion
            below = whole[corner + _SIDE] + (whole[corner + _SIDE + 1] - whole[corner + _SIDE]) * portion
            total += abs(part[row * _SIDE + column] - above - (below - above) * share)
        if total > most:
            break
    return total / len(part)


def _between(cell: int, start: int, size: int) -> tuple[int, float]:
    """The cell of the whole in which the middle of a window's cell lies, or begins, and how far into it."""
    middle = start + (cell + 0.5) * size / _SIDE - 0.5
    before = min(max(int(middle), 0), _SIDE - 2)
    return before, min(max(middle - before, 0.0), 1.0)
