"""The archive's commands, which need no network.

A command's module imports only what its options need, and the rest when the command runs, so that `--help` and quick
commands start at once (tests/test_start.py).
"""

from __future__ import annotations

from collections.abc import Mapping

import click

from archive.cli.group import LazyCommands, Listed

COMMANDS: Mapping[str, Listed] = {
    "articles": Listed("archive.cli.articles:articles", "Lists articles, latest published first."),
    "cleanse": Listed(
        "archive.cli.cleanse:cleanse",
        "Takes passwords and other secrets of whoever crawled out of an archive, and seals that it did.",
    ),
    "compact": Listed(
        "archive.cli.keeping:compact",
        "Stores pages in less room: against a dictionary chosen anew among the outlet's own pages, and as patches of"
        " one another.",
    ),
    "diff": Listed(
        "archive.cli.diff_command:diff",
        "Shows what changed between two versions, word by word; between the last two by default.",
    ),
    "export": Listed("archive.cli.export:export", "Hands the archive over in the formats others read."),
    "import": Listed(
        "archive.cli.exchange_commands:import_command",
        "Takes in captures from WARC, ARC and WACZ files, from mirrors made by HTTrack or wget, and from saved pages;"
        " and readings, made by luubao-reread-spark, from Parquet files.",
    ),
    "merge": Listed(
        "archive.cli.exchange_commands:merge_command",
        "Adds what another archive has: the union of both, whoever is merged into whom.",
    ),
    "pull": Listed(
        "archive.cli.push_and_pull:pull_command",
        "Brings archives, and their pictures, from an object store: only what is not here yet, checked by its digests.",
    ),
    "push": Listed(
        "archive.cli.push_and_pull:push_command",
        "Puts an archive, and its pictures, into an object store: only what is not there yet.",
    ),
    "read": Listed("archive.cli.read:read", "Reads one page and prints what it says; changes nothing."),
    "reread": Listed(
        "archive.cli.reread:reread_command",
        "Reads kept captures again that the present extractor has not read, and says what reads otherwise.",
    ),
    "rules": Listed("archive.cli.read:rules", "Reading rules."),
    "runs": Listed("archive.cli.runs:runs", "Lists crawls, newest first, with how each ended."),
    "search": Listed(
        "archive.cli.search:search",
        "Searches headlines, leads, texts and captions, with or without diacritics.",
    ),
    "serve": Listed(
        "archive.cli.serve:serve",
        "Serves the archive as a reading room and with Datasette, read-only, until Ctrl-C, with pictures where a folder"
        " has them.",
    ),
    "show": Listed(
        "archive.cli.show:show",
        "Shows an article as it reads, pictures and captions in their places, and where the pictures are stored.",
    ),
    "upgrade": Listed(
        "archive.cli.upgrade:upgrade",
        "Brings an archive written by an older luubao up to date, and mends what it holds that cannot be: the time zone"
        " of an outlet that there is none of, or a time in the books of crawling that is none.",
    ),
    "verify": Listed("archive.cli.keeping:verify", "Checks that the archive still holds what was put into it."),
    "versions": Listed(
        "archive.cli.versions:versions",
        "Lists an article's versions, oldest first, and what changed with each.",
    ),
    "withdraw": Listed(
        "archive.cli.keeping:withdraw",
        "Hides an article from views, search, exports and the web; the evidence stays in the file, or is destroyed.",
    ),
}


@click.group(cls=LazyCommands, listed=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
def archive() -> None:
    """Questions to an archive."""
