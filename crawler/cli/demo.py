"""`luubao demo`: serves a small newspaper on this machine and crawls it on three days."""

from __future__ import annotations

from pathlib import Path

import click


@click.command()
@click.option("--db", "path", default="demo.db", show_default=True, type=click.Path(dir_okay=False, path_type=Path),
              help="Archive to create; must not exist.")  # fmt: skip
@click.option("--serve", is_flag=True, help="Only serve the newspaper, until Ctrl-C.")
@click.option(
    "--day", type=click.IntRange(1, 3), default=1, show_default=True, help="With --serve: which day of the newspaper."
)
@click.option("--port", type=click.IntRange(0, 65535), default=8765, show_default=True,
              help="With --serve: the port; 0 takes a free one.")  # fmt: skip
@click.option(
    "--articles",
    type=click.IntRange(0, 100_000),
    default=0,
    show_default=True,
    help="With --serve: add this many generated articles to lists, feeds and sitemaps.",
)
def demo(path: Path, serve: bool, day: int, port: int, articles: int) -> None:
    """Crawls a small newspaper on this machine on three days.

    Publishes the newspaper, prints what changed between the crawls, and checks it. Exit code 1 if anything in the
    archive differs from what was published.

    \b
    Examples:
      luubao demo
      luubao demo --serve --day 2 --port 8765
      luubao demo --serve --articles 10000
    """
    from crawler.demo_walkthrough import serve_paper, walk_through

    if serve:
        serve_paper(day, port, articles)
    else:
        raise click.exceptions.Exit(walk_through(path))
