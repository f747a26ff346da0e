"""`luubao-reread-spark`: rereads the pages of WARC files on a Spark cluster.

spark-submit also runs this file as a script, so it has no relative imports.
"""

from __future__ import annotations

from collections.abc import Sequence

import click

from archive.cluster.reading_task import REVISITS, Job, TaskReport
from archive.cluster.warc_splits import place, splits_of
from archive.console import say, say_counts, say_json
from archive.extract import extractor_name
from archive.model.errors import LuubaoError
from archive.model.records import Outlet
from archive.model.urls import host_of

EXIT_INCOMPLETE = 4
_MEGABYTE = 1_000_000

_NOT_READ = {
    "elsewhere": "pages were left out, for they belong to no outlet that the files describe",
    "unresolved": "captures were left out, whose bytes are in none of the files",
    "skipped": "records could not be read",
    "gave-up": "captures were given up",
}


@click.command("luubao-reread-spark")
@click.argument("files", nargs=-1, required=True)
@click.option("--to", required=True, metavar="FOLDER", help="Target folder.")
@click.option("--master", help="Spark's master, without spark-submit; by default all cores of this machine.")
@click.option("--split", type=click.IntRange(1), default=64, show_default=True, metavar="MB",
              help="Size of a task: this much of a WARC file.")  # fmt: skip
@click.option("--outlet", help="Outlet of files that luubao did not write.")
@click.option("--home", help="Home page of --outlet.")
@click.option("--timezone", default="Asia/Ho_Chi_Minh", show_default=True, help="Time zone of the times it prints.")
@click.option("--json", "as_json", is_flag=True, help="Machine-readable output.")
def reread_command(
    files: tuple[str, ...], to: str, master: str | None, split: int, outlet: str | None, home: str | None,
    timezone: str, as_json: bool,
) -> None:  # fmt: skip
    """Reads the pages of WARC files again, on a Spark cluster, and writes the readings as Parquet.

    `luubao import` files the readings into an archive. FILES are files or folders written by `luubao export warc`,
    on a disk that all machines share, or URLs such as s3://bucket/folder.

    Can be resumed: reads only the pieces that are not done. Exit codes: 0 everything was read, 1 nothing could be
    read, 2 wrong arguments, 4 some records could not be read.

    \b
    Examples:
      luubao export warc --to warc/ --db luubao.db
      luubao-reread-spark warc/ --to readings/
      luubao import readings/ --db luubao.db
    """
    job = Job(to, _outlets(outlet, home, timezone), extractor_name())
    try:
        report = _run(files, split * _MEGABYTE, job, master)
    except LuubaoError as error:
        raise click.ClickException(str(error)) from error
    if as_json:
        say_json(dict(report.counts))
    else:
        say(_summary(report))
    say_counts(report.counts, _NOT_READ)
    for line in report.messages[:20]:
        say(f"  {line}", err=True)
    if any(report.counts[name] for name in ("skipped", "gave-up", "unresolved")):
        raise click.exceptions.Exit(EXIT_INCOMPLETE)


def _run(files: Sequence[str], length: int, job: Job, master: str | None) -> TaskReport:
    from archive.cluster.spark_job import reread_on, spark  # imported late: other tests run without Spark

    splits = splits_of(files, length)
    if not splits:
        raise LuubaoError(
            f"there are no WARC files in {', '.join(files)}. Name a folder that `luubao export warc` wrote"
        )
    target = place(job.to)
    target.system.create_dir(target.inside(REVISITS).path, recursive=True)
    with spark(master) as context:
        return reread_on(context, splits, job)


def _outlets(name: str | None, home: str | None, timezone: str) -> tuple[Outlet, ...]:
    if not (name or home):
        return ()
    host = host_of(home or "")
    if not (name and home and host):
        raise click.UsageError("--outlet and --home go together: a name, and a home page as https://host/")
    return (Outlet(name, name, home, (host,), timezone),)


def _summary(report: TaskReport) -> str:
    before = report.counts["done-before"]
    return f"{report.counts['read']} captures read" + (f"; {before} pieces were done before" if before else "")


def main() -> None:
    """Runs the command as a script."""
    reread_command(prog_name="luubao-reread-spark")


if __name__ == "__main__":
    main()
