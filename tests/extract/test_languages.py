"""Bylines, dates and credits as newsrooms of eleven languages print them, in four layouts."""

from __future__ import annotations

import pytest

from archive import read_page
from archive.model.records import Reading
from tests.extract.newspaper_languages import LANGUAGES, Forms
from tests.extract.newspaper_layouts import LAYOUTS, Parts

PRINTED = ("blog system", "no classes", "modifiers", "WebForms")
SHORT = ("zh", "ja")  # three short paragraphs without a class are not told from a list
PAGES = [
    (layout, language)
    for language in LANGUAGES
    for layout in PRINTED
    if layout != "no classes" or language not in SHORT
]


def read(layout: str, forms: Forms, parts: Parts) -> Reading:
    page = LAYOUTS[layout].page(forms.story, parts)
    found = read_page(page.encode(), forms.story.url, timezone=forms.story.zone)
    assert isinstance(found, Reading), found
    return found


@pytest.mark.parametrize(
    ("layout", "language", "date"),
    [(layout, name, date) for layout, name in PAGES for date in LANGUAGES[name].dates],
)
def test_date_beside_a_byline(layout: str, language: str, date: str) -> None:
    forms = LANGUAGES[language]
    byline = forms.byline.format(forms.story.author)
    found = read(layout, forms, Parts(forms.story.paragraphs, byline=byline, date=date))
    assert found.published_at is not None
    assert found.published_at.isoformat() == forms.story.published
    assert (found.headline, found.authors) == (forms.story.headline, (forms.story.author,))
    assert all(text in f"{found.lead}\n{found.text}" for text in (forms.story.lead, *forms.story.text))
    assert not any(rival in found.text for rival in (*forms.story.rivals, forms.story.related))


@pytest.mark.parametrize(("layout", "language"), PAGES)
@pytest.mark.parametrize("markup", ['<span class="author">{}</span>', '<a href="/author/x">{}</a>'])
def test_marked_name(layout: str, language: str, markup: str) -> None:
    forms = LANGUAGES[language]
    byline = markup.format(forms.story.author)
    assert read(layout, forms, Parts(forms.story.paragraphs, byline=byline)).authors == (forms.story.author,)


ONE_ZONE = ("it", "pl", "tr", "ko", "zh", "ja")


@pytest.mark.parametrize("language", [name for name in LANGUAGES if name in ONE_ZONE])
def test_the_zone_of_a_language(language: str) -> None:
    """All papers in some languages live in one zone, whatever the domain."""
    story = LANGUAGES[language].story
    page = LAYOUTS["blog system"].page(story, Parts(story.paragraphs, date=LANGUAGES[language].dates[0]))
    found = read_page(page.encode(), story.url)
    assert isinstance(found, Reading)
    assert found.published_at is not None
    assert found.published_at.isoformat() == story.published


IMG = '<img src="/media/2026/photo-1.jpg" width="800" height="500" alt="">'


@pytest.mark.parametrize("layout", ["blog system", "modifiers"])
@pytest.mark.parametrize(
    ("language", "credit"), [(name, credit) for name in LANGUAGES for credit in LANGUAGES[name].credits]
)
@pytest.mark.parametrize("end", ["", "."])
def test_credit_behind_a_caption(layout: str, language: str, credit: str, end: str) -> None:
    forms = LANGUAGES[language]
    story = forms.story
    figure = f"<figure>{IMG}<figcaption>{story.captions[0]}{end} {credit}</figcaption></figure>"
    found = read(layout, forms, Parts([story.paragraphs[0], figure, *story.paragraphs[1:]]))
    (image,) = found.images
    assert (image.caption or "").rstrip(".") == story.captions[0]
    assert (image.credit or "").casefold() == story.photographer.casefold()
