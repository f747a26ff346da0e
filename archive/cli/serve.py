"""`luubao serve`: runs the reading room and Datasette in a server process."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

import click

from archive.cli.options import PORT, db_option, picture_folder, pictures_option
from archive.model.errors import Misconfigured
from archive.runtime import signals
from archive.storage.connection import is_laid_down, open_archive

_STOP_TIMEOUT = 5.0  # seconds before a server that does not terminate is killed


@click.command()
@db_option
@click.argument("archives", nargs=-1, metavar="[ARCHIVE]...", type=click.Path(dir_okay=False, path_type=Path))
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option("--port", default=8001, show_default=True, type=PORT, help="Port to listen on; 0 takes a free one.")
@pictures_option
@click.option("--open", "open_browser", is_flag=True, help="Open the browser.")
@click.option("--machinery", is_flag=True, help="Open the tables of the machinery, raw pages and headers too.")
@click.option("--public", metavar="ADDRESS", help="Show it to the world behind a proxy, which answers at ADDRESS.")
@click.option("--keeper", help="Who keeps this archive, for its page about itself.")
@click.option("--contact", help="How to reach them: an address people can write to.")
def serve(
    path: Path,
    archives: tuple[Path, ...],
    host: str,
    port: int,
    pictures: Path | None,
    open_browser: bool,
    machinery: bool,
    public: str | None,
    keeper: str | None,
    contact: str | None,
) -> None:
    """Serves the archive as a reading room and with Datasette, read-only, until Ctrl-C, with pictures where a folder
    has them.

    Of several archives the first has the reading room; all have Datasette's pages, and SQL across them is asked of the
    database `_memory`: docs/scale.md. Answers have bounds of time and size, and questions of one's own wait for one
    another: docs/serving.md.

    With --public nobody's own SQL is run, limits are low, machinery is shown to nobody, and the server does not start
    before all that this takes is so; docs/serving.md tells the rest.

    \b
    Example:
      luubao serve --db luubao.db --port 8001
      luubao serve --db luubao.db --public https://luubao.example.org
      luubao serve baophutho.db baovinhphuc.db
    """
    from tempfile import TemporaryDirectory

    from archive import web
    from archive.web.public_checks import problems

    if machinery and public:
        raise click.UsageError("--machinery is for nobody but yourself: leave it out with --public")
    path, *others = archives or (path,)
    picture_dir = picture_folder(path, pictures)
    for archive in (path, *others):  # reports a wrong file in one sentence
        with open_archive(archive) as db:
            if public and (found := list(problems(db, public, host, picture_folder(archive, pictures)))):
                raise Misconfigured(f"{archive} cannot be public yet: " + "; ".join(found))
    if len({is_laid_down(archive) for archive in (path, *others)}) > 1:
        raise Misconfigured("archives that grow and such as nobody can write to are served by a server each")
    with TemporaryDirectory(prefix="luubao-") as folder:
        file = web.write_metadata(
            path, Path(folder), host, public, others, keeper=keeper, contact=contact, machinery=machinery
        )
        arguments = web.command(
            path,
            file,
            host=host,
            port=port,
            open_browser=open_browser,
            pictures=picture_dir,
            laid_down=is_laid_down(path),
            public=public,
            others=others,
        )
        raise click.exceptions.Exit(_run_until_ended(arguments))


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
                return server.wait(_STOP_TIMEOUT)
            server.kill()
            return server.wait()
