"""The archive's commands, which need no network.

A command's module imports only what its options need, and the rest when the command runs, so that `--help` and quick
commands start at once (tests/test_start.py).
"""

from __future__ import annotations

from collections.abc import Mapping

import click

from archive.cli.options import LazyCommands, Listed

COMMANDS: Mapping[str, Listed] = {
    "articles": Listed("archive.cli.lookup_commands:articles", "Lists articles, newest first."),
    "cited": Listed(
        "archive.cli.lookup_commands:cited", "Shows which articles that a document cites changed since it cited them."
    ),
    "cleanse": Listed(
        "archive.cli.upgrade:cleanse",
        "Removes passwords and other secrets of the crawler.",
    ),
    "compact": Listed(
        "archive.cli.keeping:compact",
        "Recompresses stored pages to save space.",
    ),
    "diff": Listed(
        "archive.cli.diff_command:diff",
        "Shows what changed between two versions, word by word.",
    ),
    "export": Listed("archive.cli.export:export", "Exports the archive."),
    "import": Listed(
        "archive.cli.exchange_commands:import_command",
        "Imports WARC, ARC and WACZ files, mirrors and saved pages.",
    ),
    "merge": Listed(
        "archive.cli.exchange_commands:merge_command",
        "Merges another archive into this one.",
    ),
    "pull": Listed(
        "archive.cli.push_and_pull:pull_command",
        "Downloads archives and their pictures from an object store.",
    ),
    "push": Listed(
        "archive.cli.push_and_pull:push_command",
        "Uploads an archive and its pictures to an object store.",
    ),
    "read": Listed("archive.cli.read:read", "Reads one page and prints its fields; changes nothing."),
    "reread": Listed(
        "archive.cli.reread:reread_command",
        "Reads stored pages again with the present reader.",
    ),
    "rules": Listed("archive.cli.read:rules", "Tests reading rules."),
    "runs": Listed("archive.cli.lookup_commands:runs", "Lists crawls, newest first, with their outcomes."),
    "search": Listed(
        "archive.cli.lookup_commands:search",
        "Searches articles, with or without diacritics.",
    ),
    "serve": Listed(
        "archive.cli.serve:serve",
        "Serves the reading room and Datasette, read-only.",
    ),
    "show": Listed(
        "archive.cli.lookup_commands:show",
        "Shows an article with its pictures and captions.",
    ),
    "upgrade": Listed(
        "archive.cli.upgrade:upgrade",
        "Upgrades an archive written by an older luubao.",
    ),
    "verify": Listed("archive.cli.keeping:verify", "Checks that the archive is complete and unchanged."),
    "versions": Listed(
        "archive.cli.lookup_commands:versions",
        "Lists an article's versions and what changed in each.",
    ),
    "withdraw": Listed(
        "archive.cli.keeping:withdraw",
        "Hides an article on request; --destroy deletes its words.",
    ),
}


@click.group(cls=LazyCommands, listed=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
def archive() -> None:
    """Questions to an archive."""
