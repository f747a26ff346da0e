"""Descriptions of every view and its columns; see archive/storage/schema.py."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view. audience: `people` where people query it, `machinery` where only luubao uses it."""

    name: str
    meaning: str
    columns: dict[str, str]
    audience: Literal["people", "machinery"] = "people"


TIME = "UTC, ISO 8601"
CLAIM = "as the page claims, ISO 8601 with its own offset; empty when the page gives none"

DOUBT: tuple[Table, ...] = (
    Table("set_aside", "Readings that are no version's: other prints of an article, and pages that are doubted", {
        "capture_id": "captures.id",
        "extractor_id": "extractors.id",
        "reading": "what was read, as in texts, compressed with Zstandard",
    }, "machinery"),
    Table("at_once", "When nearly all known articles changed or disappeared: an outage, or a new layout", {
        "outlet_id": "outlets.id", "began_at": TIME, "ended_at": TIME,
    }, "machinery"),
)  # fmt: skip

LISTS: tuple[Table, ...] = (
    Table("list_pages", "Home and section pages whose teasers were read", {
        "id": "number of the list page", "outlet_id": "outlets.id", "url_key": "its address, normalised",
        "url": "its address", "placed_through": "captures.id up to which its placements are derived",
        "stale_from": f"from when on they must be derived again, {TIME}; empty where they need not",
    }, "machinery"),
    Table("teasers", "Headlines as home and section pages print them, each wording once", {
        "id": "number of the teaser", "outlet_id": "outlets.id",
        "url_key": "the address it leads to, normalised; aliases.url_key leads to the article",
        "url": "the address it leads to", "headline": "headline on the list", "summary": "the text below it",
        "picture": "the address of the picture beside it", "digest": "sha256 over these",
    }, "machinery"),
    Table("list_readings", "What a capture of a home or section page shows", {
        "capture_id": "captures.id", "list_id": "list_pages.id", "teasers": "JSON: teasers.id in reading order",
    }, "machinery"),
    Table("placement_spans", "Which teaser stood in which place of a list page; `placements` is easier to read", {
        "id": "number of the placement", "list_id": "list_pages.id", "position": "1 for the first headline",
        "teaser_id": "teasers.id", "capture_id": "the capture that first showed it there: captures.id",
        "first_seen_at": f"time of that capture, {TIME}", "last_seen_at": f"last capture that showed it there, {TIME}",
        "gone_at": f"first capture that showed something else there, {TIME}; empty while it stands",
    }, "machinery"),
)  # fmt: skip

VIEWS: tuple[Table, ...] = (
    Table("current_articles", "View: articles that are there, with their words", {
        "id": "articles.id", "outlet": "outlets.name", "url": "address", "headline": "headline", "lead": "lead",
        "body": "text", "byline": "byline", "section": "section", "published_at": CLAIM,
        "version_count": "number of versions", "first_seen_at": TIME, "changed_at": TIME, "last_seen_at": TIME,
    }),
    Table("version_texts", "View: the words of every version", {
        "version_id": "versions.id", "article_id": "articles.id", "number": "versions.number", "first_seen_at": TIME,
        "headline": "headline", "lead": "lead", "body": "text", "captions": "captions and credits, one a line",
    }),
    Table("edits", "View: every edit, with the words before and after", {
        "article_id": "articles.id", "outlet": "outlets.name", "url": "address",
        "number": "number of the version the edit made", "edited_at": f"when we first saw it, {TIME}",
        "changed": "what differs", "words_removed": "how many words went", "words_added": "how many words came",
        "numbers_changed": "how many numbers differ", "names_changed": "how many names differ",
        "weight": "how much it changed in meaning", "announced": "versions.announced",
        "stood_days": "for how many days the version before had stood", "old_headline": "before",
        "new_headline": "after", "old_body": "before", "new_body": "after", "old_version_id": "versions.id",
        "new_version_id": "versions.id",
    }),
    Table("headline_changes", "View: every headline changed after publication", {
        "article_id": "articles.id", "url": "address", "number": "number of the version the change made",
        "edited_at": f"when we first saw it, {TIME}", "old_headline": "before", "new_headline": "after",
        "stood_days": "for how many days the version before had stood", "published_at": CLAIM,
    }),
    Table("disappearances", "View: articles that are gone", {
        "article_id": "articles.id", "outlet": "outlets.name", "url": "address", "headline": "last headline",
        "published_at": CLAIM, "last_seen_at": TIME, "gone_since": TIME, "gone_reason": "how it disappeared",
    }),
    Table("placements", "View: which headline stood in which place of a home or section page, from when to when", {
        "id": "number of the placement", "outlet": "outlets.name", "list_url": "the home or section page",
        "position": "1 for the first headline of the page", "article_id": "articles.id; empty where it is not archived",
        "url": "where the headline leads", "headline": "headline on the list", "summary": "the text below it",
        "picture": "the address of the picture beside it", "first_seen_at": f"first capture that showed it, {TIME}",
        "last_seen_at": f"last capture that showed it there, {TIME}",
        "gone_at": f"first capture that showed something else there, {TIME}; empty while it stands",
        "capture_id": "the capture that first showed it there: captures.id",
    }),
    Table("photographs", "View: pictures of the articles' newest versions, with caption and credit", {
        "thumbnail": "pictures.thumbnail", "caption": "caption", "credit": "who made it",
        "headline": "headline of the article", "url": "address of the article", "published_at": CLAIM,
        "article_id": "articles.id", "image_url": "images.url", "picture": "pictures.path",
    }),
    Table("replaced_pictures", "View: pictures replaced under the same address, before and after", {
        "article_id": "articles.id", "url": "address of the article", "headline": "headline of the article",
        "number": "number of the version the replacement made", "replaced_at": f"when we first saw it, {TIME}",
        "image_url": "images.url", "caption": "caption", "credit": "who made it", "old_picture": "pictures.path",
        "new_picture": "pictures.path", "old_thumbnail": "pictures.thumbnail", "new_thumbnail": "pictures.thumbnail",
    }),
    Table("version_spans", "View: from when to when each version was seen", {
        "version_id": "versions.id", "article_id": "articles.id", "number": "versions.number",
        "first_seen_at": TIME, "last_seen_at": TIME,
    }),
)  # fmt: skip
