"""Pages of an imagined newspaper as its template makes them: some 65 kB, of which 10 kB are the article's own.

What changes from page to page is what changes on a real one: headline, text, pictures, JSON-LD, twenty related articles
from the last weeks, a counter of readers, tokens. What changes with an edit: a few words, six of the related articles,
counter and tokens.
"""

from __future__ import annotations

import json
from random import Random

from bench.imagined import Paper, Story

_RELATED, _RELATED_CHANGED, _RECENT = 20, 6, 60


class Site:
    """The pages of a paper."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        rng = Random("template")
        self._head = _styles(rng) + _scripts(rng)
        self._menu = _menu(rng, paper)
        self._foot = _menu(rng, paper) + _scripts(rng)

    def page(self, number: int, edits: int = 0) -> bytes:
        """An article's page after so many edits."""
        story = self.paper.story(number, edits)
        token = Random(f"token {number} {edits}")
        return (
            f'<!DOCTYPE html><html lang="vi"><head><meta charset="utf-8"><title>{story.headline}</title>'
            f'<meta name="csrf-token" content="{token.getrandbits(160):x}">{_declared(story, self.paper.address(number))}'
            f"{self._head}</head><body>{self._menu}<main><h1>{story.headline}</h1>{_article(story)}"
            f'<span class="views">{number * 7 + edits * 131}</span>{self._related(number, edits)}</main>{self._foot}'
            f"<!-- {token.getrandbits(128):x} --></body></html>"
        ).encode()

    def _related(self, number: int, edits: int) -> str:
        places = range(_RELATED)
        drawn = [Random(f"{number} {place} {edits if place < _RELATED_CHANGED else 0}") for place in places]
        return (
            f'<ul class="tin-lien-quan">{"".join(self._teaser(number - rng.randint(1, _RECENT)) for rng in drawn)}</ul>'
        )

    def _teaser(self, number: int) -> str:
        title = self.paper.sentence(Random(f"title {number}"), 10)
        return (
            f'<li class="item-news item-news-common thumb-left"><a href="/2026/05/tin-{number}.htm" title="{title}">'
            f'<img loading="lazy" src="/thumb/240x144/anh/{number}-0.jpg" alt="{title}"></a><h3>{title}</h3></li>'
        )


def _declared(story: Story, url: str) -> str:
    facts = {
        "@context": "https://schema.org", "@type": "NewsArticle", "headline": story.headline, "url": url,
        "description": story.lead, "datePublished": story.published_at.isoformat(), "author": story.byline,
        "image": [image.url for image in story.images],
    }  # fmt: skip
    return f'<link rel="canonical" href="{url}"><script type="application/ld+json">{json.dumps(facts)}</script>'


def _article(story: Story) -> str:
    figures = "".join(
        f'<figure class="tplCaption"><img src="{image.url}" width="680"><figcaption>{image.caption_raw}</figcaption></figure>'
        for image in story.images
    )
    paragraphs = "".join(f'<p class="Normal" style="text-align:justify">{text}</p>' for text in story.paragraphs)
    return f'<p class="sapo">{story.lead}</p>{figures}{paragraphs}<p class="author">{story.byline or ""}</p>'


def _menu(rng: Random, paper: Paper) -> str:
    titles = [paper.sentence(rng, 2)[:30] for _ in range(120)]
    items = (
        f'<li class="menu-{n}"><a href="/chuyen-muc-{rng.randrange(9999)}">{title}</a></li>'
        for n, title in enumerate(titles)
    )
    return f"<nav><ul>{''.join(items)}</ul></nav>"


def _styles(rng: Random) -> str:
    rules = (
        f".{rng.choice('abcdefgh')}{rng.randrange(999)}{{margin:{rng.randrange(40)}px;color:#{rng.getrandbits(24):06x};"
        f"width:{rng.randrange(999)}px}}"
        for _ in range(220)
    )
    return f"<style>{''.join(rules)}</style>"


def _scripts(rng: Random) -> str:
    lines = (
        f"var v{rng.randrange(9999)}=document.getElementById('b{rng.randrange(999)}');if(v{n}){{load('{rng.getrandbits(48):x}')}}"
        for n in range(90)
    )
    return f"<script>{';'.join(lines)}</script>"
