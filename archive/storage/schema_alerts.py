"""Descriptions of the tables of alerts; see archive/storage/schema.py."""

from __future__ import annotations

from archive.storage.schema_views import TIME, Table

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
