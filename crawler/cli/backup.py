"""`luubao backup` and `luubao restore`: make backups of an archive, and restore them."""

from __future__ import annotations

from pathlib import Path

import click

from archive.cli.options import db_option, picture_folder, pictures_option
from archive.console import counting, say
from archive.model.errors import Misconfigured
from archive.model.paths import folder_beside
from crawler.cli.setting_options import config_option, configured
from crawler.config.setting_types import check_code
from crawler.config.settings_in_force import Configuration

_DEFAULT_KEEP = 3


@click.command()
@click.argument("target", type=click.Path(path_type=Path, file_okay=False), metavar="TARGET")
@db_option
@pictures_option
@click.option("--no-pictures", is_flag=True, help="Without pictures.")
@click.option("--keep", default=_DEFAULT_KEEP, show_default=True, type=click.IntRange(1, 100_000),
              help="How many backups of this archive to keep, including this one.")  # fmt: skip
@config_option
@click.pass_context
def backup(ctx: click.Context, target: Path, path: Path, pictures: Path | None, no_pictures: bool, keep: int) -> None:
    """Backs up an archive, its pictures and settings to TARGET.

    The backup is the archive at one moment, with its pictures, luubao.toml, your own spiders and rules. Crawls may run
    meanwhile. Checks the copy: the file, the chain of seals, each picture against its digest; a damaged archive is
    not backed up. The backup appears whole or not at all, and only then the oldest are removed. Pictures are stored
    once for all backups of a folder. Exit code 1, and nothing is removed, if pictures are missing.

    \b
    Example:
      luubao backup /mnt/backups --db luubao.db --keep 4
    """
    from archive.exchange.backups import back_up

    folder, settings = None if no_pictures else picture_folder(path, pictures), _user_files(configured(ctx))
    with counting("backing up") as step:
        new, removed = back_up(path, target, pictures=folder, settings=settings, keep=keep, step=step)
    without = "" if folder else ", without pictures"
    say(f"{new.place} is made and checked{without}; {len(removed)} older removed; newest seal: {new.seal or 'none'}")
    if new.lacking:
        count = f"{len(new.lacking)} picture{'s are' if len(new.lacking) > 1 else ' is'}"
        say(f"{count} missing or damaged, and no older backup was removed: {new.lacking[0]}", err=True)
        raise click.exceptions.Exit(1)


def _user_files(settings: Configuration) -> list[Path]:
    paths = [settings.file, settings.folder("spiders"), settings.folder("rules")]
    return [path for path in paths if path is not None and (path.is_file() or path.is_dir())]


def _distrust(setting: Path) -> str | None:
    """Why settings or code are not to be used; None where they are."""
    try:
        check_code(setting)
    except Misconfigured as error:
        return str(error)
    return None


@click.command()
@click.argument("source", type=click.Path(path_type=Path, file_okay=False, exists=True), metavar="SOURCE")
@db_option
@pictures_option
@click.option("--force", is_flag=True, help="Replace an existing archive.")
def restore(source: Path, path: Path, pictures: Path | None, force: bool) -> None:
    """Restores a backup.

    SOURCE is one backup, or the folder of all backups, for the newest. Checks the backup first, then restores it
    whole or not at all, pictures before the archive. Good pictures that are here stay; luubao.toml, spiders and rules
    are restored beside the archive only where there are none, and only if no other user owns or can write them.
    Replaces an existing archive only with --force, and never while it is being written or served.

    \b
    Example:
      luubao restore /mnt/backups --db luubao.db
    """
    from archive.exchange.backups import restore as restoring

    with counting("restoring") as step:
        restored, not_restored = restoring(
            source, path, pictures=pictures or folder_beside(path), force=force, distrust=_distrust, step=step
        )
    say(f"{path} is as it was on {restored.at}; newest seal: {restored.seal or 'none'}")
    for sentence in not_restored:
        say(sentence, err=True)
    if restored.lacking:
        count = f"{len(restored.lacking)}, such as {restored.lacking[0]}"
        say(f"pictures that the backup was made without: {count}", err=True)
