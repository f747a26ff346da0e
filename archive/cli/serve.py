"""`luubao serve`: runs the reading room and Datasette in a server process."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

import click

from archive.cli.options import PORT, db_option, picture_folder, pictures_option
from archive.model.errors import Misconfigured
from archive.runtime import signals
from archive.storage.connection import open_archive
from archive.storage.sqlite_file import is_immutable
from archive.web import configuration
from archive.web.sql_guard import problems

_STOP_TIMEOUT = 2.0  # seconds before a server that does not terminate is killed


@click.command()
@db_option
@click.argument("archives", nargs=-1, metavar="[ARCHIVE]...", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8001, show_default=True, type=PORT, help="Port to listen on; 0 takes a free one.")
@pictures_option
@click.option("--open", "open_browser", is_flag=True, help="Open the browser.")
@click.option("--machinery", is_flag=True, help="Open internal tables, raw pages and headers.")
@click.option("--public", metavar="ADDRESS", help="Public mode, behind a reverse proxy at ADDRESS.")
@click.option("--keeper", help="Operator's name, shown on the About page.")
@click.option("--contact", help="Contact address, shown on the About page.")
def serve(
    path: Path, archives: tuple[Path, ...], host: str, port: int, pictures: Path | None, open_browser: bool,
    machinery: bool, public: str | None, **operator: str | None,
) -> None:  # fmt: skip
    """Serves the reading room and Datasette, read-only.

    Runs until Ctrl-C. Of several archives the first has the reading room; all have Datasette's pages, and the
    database `_memory` queries across them (docs/scale.md). Queries have limits of time and size, and run one after
    another (docs/serving.md).

    With --public, visitors cannot run SQL of their own, limits are low and internal tables are closed; the server
    refuses to start until everything this needs is in place. See docs/serving.md.

    \b
    Example:
      luubao serve --db luubao.db --port 8001
      luubao serve --db luubao.db --public https://luubao.example.org
      luubao serve baophutho.db baovinhphuc.db
    """
    from tempfile import TemporaryDirectory

    if machinery and public:
        raise click.UsageError("--machinery is for nobody but yourself: leave it out with --public")
    path, *others = archives or (path,)
    _require_servable((path, *others), host, public, pictures)
    with TemporaryDirectory(prefix="luubao-") as folder:
        file = Path(folder, "metadata.json")
        metadata = configuration.metadata(path, host, public, others, machinery=machinery, **operator)
        file.write_text(json.dumps(metadata, ensure_ascii=False, indent=1), encoding="utf-8")
        arguments = configuration.command(
            path, file, host=host, port=port, open_browser=open_browser, laid_down=is_immutable(path), public=public,
            others=others,
            pictures=[picture_folder(path, pictures), *(picture_folder(other, None) for other in others)],
        )  # fmt: skip
        raise click.exceptions.Exit(_run_until_ended(arguments))


def _require_servable(archives: tuple[Path, ...], host: str, public: str | None, pictures: Path | None) -> None:
    """Raises LuubaoError with a sentence where these archives cannot be served together, or not in public."""
    for archive in archives:
        if odd := [letter for letter in "?#%" if letter in str(archive)]:  # Datasette makes an address of it
            raise Misconfigured(f"an archive with {' and '.join(odd)} in its path cannot be served; rename {archive}")
        with open_archive(archive) as db:
            if public and (found := list(problems(db, public, host, picture_folder(archive, pictures)))):
                raise Misconfigured(f"{archive} cannot be public yet: " + "; ".join(found))
    if len({is_immutable(archive) for archive in archives}) > 1:
        raise Misconfigured("archives that grow and such as nobody can write to are served by a server each")


def _run_until_ended(command: list[str]) -> int:
    """Runs a server until it ends or a signal interrupts us; it does not outlive this process."""
    from subprocess import Popen, TimeoutExpired

    from archive.workers import die_with

    parent = os.getpid()
    with Popen(command, preexec_fn=lambda: die_with(parent)) as server:  # one system call
        try:
            return server.wait()
        except signals.Interrupted:
            server.terminate()
            with suppress(TimeoutExpired):
                server.wait(_STOP_TIMEOUT)
            server.kill()
            return 0
