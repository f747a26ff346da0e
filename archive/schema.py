"""What every table, view and column means, in one line each: the source of docs/schema.md and of Datasette's labels."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Table:
    """A table or view. audience: `people` for what one asks questions of, `machinery` for what serves them."""

    name: str
    meaning: str
    columns: dict[str, str]
    audience: Literal["people", "machinery"] = "people"


_TIME = "UTC, ISO 8601"
_CLAIM = "as the page claims, ISO 8601 with its own offset; empty when the page gives none"

TABLES: tuple[Table, ...] = (
    Table("articles", "Every article ever read, in its present state; rebuildable from the tables below", {
        "id": "number of the article",
        "outlet_id": "the paper: outlets.id",
        "headline": "the headline of the current version",
        "url": "the address under which it now lives",
        "byline": "who wrote it, as printed",
        "section": "the section the page names",
        "published_at": f"when it was published, {_CLAIM}",
        "version_count": "how many versions are known; 1 means never edited",
        "first_seen_at": f"when we first captured it, {_TIME}",
        "changed_at": f"when we captured the current version first, {_TIME}",
        "last_seen_at": f"when a capture last showed it, {_TIME}",
        "gone_since": f"when a capture first found it gone, {_TIME}; empty while it is there",
        "gone_reason": "how it disappeared: a status, or where its address led",
        "url_key": "the address that identifies it, normalised",
        "current_version_id": "versions.id of the newest version",
        "moved_to_id": "the article its address now redirects to, where that is another one",
        "withdrawn_at": f"when it was withdrawn (withdrawals says why); its words are then not here, {_TIME}",
    }),
    Table("versions", "Every distinct state of an article's text and pictures; append-only", {
        "id": "number of the version in the archive",
        "article_id": "the article: articles.id",
        "number": "1 for the first state we saw, then 2, 3 ...",
        "capture_id": "the capture that first showed it: captures.id",
        "first_seen_at": f"time of that capture, {_TIME}",
        "digest": "sha256 over headline, lead, body, pictures, captions, credits, byline and published time",
        "changed": "which of these differ from the version before; empty for number 1",
        "headline": "headline",
        "byline": "who wrote it, as printed",
        "section": "section",
        "published_at": f"when it was published, {_CLAIM}",
        "modified_at": f"when it was last changed, {_CLAIM}",
        "words_removed": "how many words the edit took out, by the text now shown; empty for number 1",
        "words_added": "how many words the edit put in",
    }),
    Table("texts", "The words of a version, as one extractor read them; append-only", {
        "id": "number of the text",
        "version_id": "the version: versions.id",
        "extractor_id": "who read it: extractors.id",
        "capture_id": "the capture it was read in: captures.id",
        "digest": "as versions.digest, under this extractor",
        "headline": "headline",
        "lead": "the lead (sapo)",
        "body": "paragraphs, subheads, quotes, lists and tables, separated by blank lines; no captions",
        "captions": "captions and credits, one a line",
        "layout": "JSON: the kinds of all blocks in order; a number is the picture of that index",
        "details": "JSON: all else that was read: pictures, authors, tags, raw dates, flags, which rule gave what",
        "row_digest": "sha256 over the columns headline to details as they stand here",
    }),
    Table("active_texts", "Which text of a version is shown and searched", {
        "version_id": "versions.id",
        "text_id": "texts.id",
    }, "machinery"),
    Table("version_images", "The pictures of a version, in reading order", {
        "version_id": "versions.id",
        "position": "1 for the first picture",
        "image_id": "images.id",
        "caption": "the text under the picture, without the credit",
        "credit": "who made it",
        "caption_raw": "caption and credit as printed",
        "alt": "the alternative text of the page",
    }),
    Table("images", "Every picture address", {
        "id": "number of the picture",
        "url": "its address",
        "first_seen_at": f"time of the capture that first showed it, {_TIME}",
    }),
    Table("captures", "Every HTTP exchange as it came; append-only", {
        "id": "number of the capture, in order of arrival",
        "run_id": "runs.id",
        "outlet_id": "outlets.id",
        "url_key": "the requested address, normalised; aliases.url_key leads to the article",
        "requested_url": "what we asked for",
        "final_url": "what answered; for a redirect, where it leads",
        "captured_at": f"when the answer came, {_TIME}",
        "status": "HTTP status",
        "outcome": "fresh, revisit (same bytes), not-modified (304), redirect, gone or error",
        "encoding": "charset of the HTTP header",
        "etag": "ETag of the answer",
        "last_modified": "Last-Modified of the answer",
        "body_id": "bodies.id of the page it brought or confirmed",
        "revisit_of": "captures.id of the capture whose bytes it confirms",
        "via": "JSON: addresses whose redirects led here",
    }),
    Table("readings", "What an extractor made of a capture", {
        "capture_id": "captures.id",
        "extractor_id": "extractors.id",
        "kind": "article, photo-story, video, live-blog, obfuscated; or why nothing was read: listing, home, wall ...",
        "detail": "more on the reason",
        "version_id": "the version the capture shows: versions.id; empty when nothing was read",
        "rules": "names and versions of the reading rules that took part",
    }),
    Table("runs", "Every crawl", {
        "id": "number of the run",
        "outlet_id": "outlets.id",
        "started_at": _TIME,
        "finished_at": f"{_TIME}; empty while it runs, or when it was killed",
        "outcome": "ok, nothing-found, partly-failed, failed, interrupted or running",
        "reason": "one sentence when all was not well",
        "software": "JSON: versions of what ran",
        "stats": "JSON: counts",
    }),
    Table("outlets", "The papers we follow", {
        "id": "number of the outlet",
        "name": "its name on the command line",
        "title": "its own name",
        "home_url": "its home page",
        "timezone": "IANA time zone in which it prints times",
    }),
    Table("extractors", "The software that read: versions of all that takes part", {
        "id": "number of the extractor",
        "name": "names and versions",
        "first_used_at": _TIME,
    }, "machinery"),
    Table("aliases", "All addresses an article was ever known under", {
        "outlet_id": "outlets.id",
        "url_key": "the address, normalised",
        "article_id": "articles.id",
        "since": _TIME,
        "kind": "address, redirect, canonical (declared by the page), mobile, amp or print",
    }),
    Table("tombstones", "Every disappearance of an article, and every return", {
        "id": "number of the tombstone",
        "article_id": "articles.id",
        "gone_at": f"when a capture first found it gone, {_TIME}",
        "reason": "a status, or where its address led",
        "returned_at": f"when a capture showed it again, {_TIME}; empty while it is gone",
    }),
    Table("withdrawals", "Articles that are hidden, or whose words were destroyed, and why", {
        "id": "number of the withdrawal",
        "article_id": "articles.id",
        "withdrawn_at": _TIME,
        "reason": "why, as whoever withdrew it wrote it down",
        "destroyed_at": f"when the evidence was destroyed, {_TIME}; empty while it is kept",
        "restored_at": f"when the withdrawal was taken back, {_TIME}",
    }),
    Table("seals", "The record of every finished run, chained: a change or removal of what it covers shows", {
        "id": "number in the chain",
        "run_id": "runs.id",
        "sealed_at": _TIME,
        "previous": "digest of the seal before it",
        "digest": "sha256 over the previous seal, the run and its captures, as docs/storage.md tells",
        "capture_count": "how many captures it covers",
        "capture_digests": "sha256 of each of them, 32 bytes a capture, in order of arrival",
    }),
    Table("dictionaries", "What an outlet's pages have in common, against which bodies are compressed; append-only", {
        "id": "number of the dictionary",
        "outlet_id": "outlets.id",
        "digest": "sha256 of its bytes before compression",
        "made_at": _TIME,
        "page_count": "how many pages the outlet had when it was chosen",
        "size": "bytes before compression",
        "data": "the dictionary, compressed with Zstandard",
    }, "machinery"),
    Table("withheld", "What was taken out of the other tables when an article was withdrawn; never served", {
        "withdrawal_id": "withdrawals.id",
        "table_name": "the table the row stands in",
        "row_id": "its number there",
        "data": "what stood in it, compressed with Zstandard",
    }, "machinery"),
    Table("bodies", "Payloads, each stored once, compressed; luubao gives them back byte for byte", {
        "id": "number of the body",
        "digest": "sha256 of the payload",
        "size": "bytes before compression",
        "codec": "how data is stored: zstd, zstd-dictionary, zstd-patch; or withheld, or destroyed",
        "data": "the compressed payload",
        "dictionary_id": "what it is compressed against: dictionaries.id",
        "base_id": "the body it is a patch of: bodies.id",
        "depth": "how many patches lie between it and a body that is none",
    }, "machinery"),
    Table("headers", "Request and response headers of a capture", {
        "capture_id": "captures.id",
        "request": "JSON: pairs of name and value",
        "response": "JSON: pairs of name and value",
    }, "machinery"),
    Table("furniture", "What recurs across an outlet's articles and belongs to none: learned sets, the newest counts", {
        "id": "number of the set",
        "outlet_id": "outlets.id",
        "digest": "sha256 of the set; part of the extractor's name",
        "learned_at": _TIME,
        "article_count": "how many articles the outlet had when it was learned",
        "recurring": "JSON: digests of paragraphs, and keys of picture addresses",
    }, "machinery"),
    Table("frontier", "Addresses known, and when each is due again", {
        "outlet_id": "outlets.id",
        "url_key": "the address, normalised",
        "url": "the address as found",
        "found_at": _TIME,
        "due_at": _TIME,
        "changed_at": f"when it last brought something new, {_TIME}",
        "run_id": "the run that last took it: runs.id",
    }, "machinery"),
    Table("current_articles", "View: articles that are there, with their words", {
        "id": "articles.id", "outlet": "outlets.name", "url": "address", "headline": "headline", "lead": "lead",
        "body": "text", "byline": "byline", "section": "section", "published_at": _CLAIM,
        "version_count": "number of versions", "first_seen_at": _TIME, "changed_at": _TIME, "last_seen_at": _TIME,
    }),
    Table("version_texts", "View: the words of every version", {
        "version_id": "versions.id", "article_id": "articles.id", "number": "versions.number", "first_seen_at": _TIME,
        "headline": "headline", "lead": "lead", "body": "text", "captions": "captions and credits, one a line",
    }),
    Table("edits", "View: every edit, with the words before and after", {
        "article_id": "articles.id", "outlet": "outlets.name", "url": "address",
        "number": "number of the version the edit made", "edited_at": f"when we first saw it, {_TIME}",
        "changed": "what differs", "words_removed": "how many words went", "words_added": "how many words came",
        "old_headline": "before",
        "new_headline": "after", "old_body": "before", "new_body": "after", "old_version_id": "versions.id",
        "new_version_id": "versions.id",
    }),
    Table("disappearances", "View: articles that are gone", {
        "article_id": "articles.id", "outlet": "outlets.name", "url": "address", "headline": "last headline",
        "published_at": _CLAIM, "last_seen_at": _TIME, "gone_since": _TIME, "gone_reason": "how it disappeared",
    }),
    Table("photographs", "View: pictures of the articles' newest versions, with caption and credit", {
        "image_url": "images.url", "caption": "caption", "credit": "who made it", "headline": "headline of the article",
        "url": "address of the article", "published_at": _CLAIM, "article_id": "articles.id",
    }),
    Table("version_spans", "View: from when to when each version was seen", {
        "version_id": "versions.id", "article_id": "articles.id", "number": "versions.number",
        "first_seen_at": _TIME, "last_seen_at": _TIME,
    }),
)  # fmt: skip
