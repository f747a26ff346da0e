"""The archive's commands, which need no network.

A command's module imports only what its options need, and the rest when the command runs, so that `--help` and quick
commands start at once (tests/test_start.py).
"""

from __future__ import annotations

from collections.abc import Mapping

import click

from archive.cli.options import LazyCommands, Listed

_COMMANDS = {
    "articles": ("lookup_commands:articles", "Lists articles, newest first."),
    "cited": ("lookup_commands:cited", "Shows which articles that a document cites changed since it cited them."),
    "cleanse": ("upgrade:cleanse", "Removes passwords and other secrets of the crawler."),
    "compact": ("maintenance:compact", "Recompresses stored pages to save space."),
    "diff": ("diff_command:diff", "Shows what changed between two versions, word by word."),
    "export": ("export:export", "Exports the archive."),
    "import": ("exchange_commands:import_command", "Imports WARC, ARC and WACZ files, mirrors and saved pages."),
    "merge": ("exchange_commands:merge_command", "Merges another archive into this one."),
    "pull": ("exchange_commands:pull_command", "Downloads archives and their pictures from an object store."),
    "push": ("exchange_commands:push_command", "Uploads an archive and its pictures to an object store."),
    "read": ("read:read", "Reads one page and prints its fields; changes nothing."),
    "reread": ("upgrade:reread_command", "Reads stored pages again with the present reader."),
    "rules": ("read:rules", "Tests reading rules."),
    "runs": ("lookup_commands:runs", "Lists crawls, newest first, with their outcomes."),
    "search": ("lookup_commands:search", "Searches articles, with or without diacritics."),
    "serve": ("serve:serve", "Serves the reading room and Datasette, read-only."),
    "show": ("lookup_commands:show", "Shows an article with its pictures and captions."),
    "upgrade": ("upgrade:upgrade", "Upgrades an archive written by an older luubao."),
    "verify": ("maintenance:verify", "Checks that the archive is complete and unchanged."),
    "versions": ("lookup_commands:versions", "Lists an article's versions and what changed in each."),
    "withdraw": ("maintenance:withdraw", "Hides an article on request; --destroy deletes its words."),
}
COMMANDS: Mapping[str, Listed] = {
    name: Listed(f"archive.cli.{place}", sentence) for name, (place, sentence) in _COMMANDS.items()
}


@click.group(cls=LazyCommands, listed=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
def archive() -> None:
    """Questions to an archive."""
