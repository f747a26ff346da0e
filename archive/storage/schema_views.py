"""Descriptions of every view, and of the tables of the frontier and of alerts; see archive/storage/schema.py.

And the SQL for the corrected time of a capture, which many queries share.
"""

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
    Table("at_once", "When nearly all known articles changed, or many disappeared: an outage, or a new layout", {
        "outlet_id": "outlets.id", "began_at": TIME, "ended_at": TIME, "kind": "changed or gone",
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


FRONTIER: tuple[Table, ...] = (
    Table("frontier", "Addresses known, and when each is due again", {
        "outlet_id": "outlets.id",
        "url_key": "the address, normalised",
        "url": "the address as found",
        "found_at": TIME,
        "due_at": f"{TIME}; empty where it is not to be asked for",
        "changed_at": f"when it last brought something new, {TIME}",
        "run_id": "the run that last took it: runs.id",
        "rank": "in which order runs take it: 0 a seed, 1 never read, 2 a list, 3 anything known, 4 left aside",
        "kind": "what it turned out to be: article, list or other",
        "found_in": "where it was found first: seed, page, pagination, feed, sitemap, sitemap-index or redirect",
        "found_on": "the address on which it was found first, normalised",
        "depth": "how many links lie between it and a seed, the pages of a list not counted",
        "promise": "how likely it is an article, from 0 to 1, while it was never read",
        "lastmod": f"when a sitemap or feed says that it changed last, {TIME}",
        "checked_at": f"when it last answered, {TIME}",
        "checks": "how often it has answered",
        "changes": "how often it had something new",
        "failures": "how often in a row it has failed since it last answered",
        "links_of": "the page whose links have been noted: bodies.id",
        "worth": "how worthwhile it is to look at it again, among what is due",
        "not_before": f"when it may be asked for at the earliest, after an error or where it is gone, {TIME}",
        "sign": "what made it due before its turn: a headline, left or words; empty once it was looked at",
        "told": "marks of the headlines and pictures that lists have had for it",
    }, "machinery"),
    Table("listed", "What a feed or a sitemap named last: what leaves it before its turn may be gone", {
        "outlet_id": "outlets.id",
        "url_key": "the feed or sitemap: frontier.url_key",
        "keys": "the addresses it named, in their order, packed",
    }, "machinery"),
)  # fmt: skip


ALERTS: tuple[Table, ...] = (
    Table("alerts", "The alerts of luubao.toml that runs of this archive have met", {
        "name": "its name there",
        "since": f"since when what is filed counts for it, {TIME}",
        "matched_at": f"when it last matched anything, {TIME}",
        "sent_at": f"when a message of it was last accepted, {TIME}",
        "trouble": "why its last message could not be sent; empty where it was",
    }, "machinery"),
    Table("alert_events", "What was filed and no alert has looked at yet", {
        "id": "number of the event",
        "kind": "new, edited, gone or back; known where a tombstone was written anew",
        "article_id": "articles.id",
        "version_id": "of an edit: versions.id",
        "at": f"of a disappearance or a return, {TIME}",
    }, "machinery"),
    Table("alert_matches", "What each alert matched: whatever stands here is not sent in a second message", {
        "id": "number of the match",
        "alert": "alerts.name",
        "event": "names the event for ever: its kind, the article's url_key, its time",
        "batch": "which matches were found together",
        "kind": "new, edited, gone or back",
        "article_id": "articles.id",
        "version_id": "of an edit: the version it made, versions.id",
        "at": f"when we saw it, {TIME}",
    }, "machinery"),
    Table("alert_messages", "Messages that are still to be sent; a row goes when its message was accepted", {
        "alert": "alerts.name",
        "destination": "kind of its address in luubao.toml, and its number among those: mailto, json 2",
        "batch": "alert_matches.batch",
        "key": "the id of the message while it is not known whether it arrived; empty where it surely did not",
    }, "machinery"),
)  # fmt: skip


CORRECTED_TIME = (
    "iif(clock_ahead IS NULL, captured_at,"
    " strftime('%Y-%m-%dT%H:%M:%SZ', captured_at, '-' || clock_ahead || ' seconds'))"
)
"""SQL for the corrected time of a capture, over `captures` or `picture_captures` joined with their `runs`."""
