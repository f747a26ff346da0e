"""Descriptions of the tables of the frontier (URLs to fetch); see archive/storage/schema.py."""

from __future__ import annotations

from archive.storage.schema_views import TIME, Table

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
        "told": "names the headlines that lists have had for it",
    }, "machinery"),
    Table("listed", "What a feed or a sitemap named last: what leaves it before its turn may be gone", {
        "outlet_id": "outlets.id",
        "url_key": "the feed or sitemap: frontier.url_key",
        "keys": "the addresses it named, in their order, packed",
    }, "machinery"),
)  # fmt: skip
