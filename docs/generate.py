"""What the generated parts of the documentation are made of; run by cog (`make docs`), checked by `make lint`."""

from __future__ import annotations

import atexit
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import click

from archive.cli.reread_spark import reread_command
from archive.cluster.reading_files import COLUMNS as READING_COLUMNS
from archive.console import rendered
from archive.queries.canned_queries import TOPICS, Question
from archive.queries.tabular import EXPORT_COLUMNS as DATASET_COLUMNS
from archive.storage.connection import open_archive
from archive.storage.schema import TABLES
from crawler import settings
from crawler.cli import luubao
from crawler.cli.settings_command import sample
from crawler.cli.status import text_lines as status_lines
from crawler.config.alert_tables import KEYS as ALERT_KEYS
from crawler.demo.server import Newspaper
from crawler.fleet.batch import FIELDS as ROUND_FIELDS
from crawler.run.run_verdict import FIELDS, MEANINGS
from tests.archive.imaginary_status import imaginary_status
from tests.archive.test_verify_total import UNCOVERED


def commands() -> str:
    """Every command's --help, those of groups included."""
    return "\n".join(_command(name, command) for name, command in sorted(_leaves("luubao", luubao)))


def _leaves(name: str, command: click.Command) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group) or command.invoke_without_command:
        yield name, command
    if not isinstance(command, click.Group):
        return
    for inner_name in command.list_commands(context := click.Context(command)):
        if inner := command.get_command(context, inner_name):
            yield from _leaves(f"{name} {inner_name}", inner)


def _command(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name, max_content_width=80, terminal_width=80)
    return f"## {name}\n\n```\n{command.get_help(context).rstrip()}\n```\n"


def rereading() -> str:
    """The --help of the job on Spark."""
    return _command("luubao-reread-spark", reread_command).partition("\n\n")[2].rstrip()


def uncovered() -> str:
    """The columns that `luubao verify` does not answer for."""
    rows = ["| columns | why |", "|---|---|"]
    for table, listed in UNCOVERED.items():
        for why in dict.fromkeys(listed.values()):
            names = ", ".join(f"`{table}.{name}`" for name, reason in listed.items() if reason == why)
            rows.append(f"| {names} | {why} |")
    return "\n".join(rows)


def reading_columns() -> str:
    """The columns of files of readings."""
    rows = [f"| `{name}` | {kind} | {meaning} |" for name, (kind, meaning) in READING_COLUMNS.items()]
    return "\n".join(["| column | type | meaning |", "|---|---|---|", *rows])


def schema() -> str:
    """Every table and view with every column, one line each."""
    return "\n".join(_table_lines())


def _table_lines() -> Iterator[str]:
    for table in TABLES:
        yield f"## {table.name}\n\n{table.meaning}.\n\n| column | meaning |\n|---|---|"
        yield from (f"| `{column}` | {meaning} |" for column, meaning in table.columns.items())
        yield ""


def story() -> str:
    """What `luubao demo` prints, with the port it would have if it were always the same."""
    return _shown(_demo()[1])


def story_excerpt() -> str:
    """The story's second day, up to its second edit, and its end."""
    text = _demo()[1]
    day = text[text.index("Day 2") : text.index("\n\nNhững chiếc")]
    return _shown(f"{day}\n\n...\n\n{text[text.index('Checked') : text.index('Open it')].rstrip()}")


def demo(*arguments: str) -> str:
    """What a command prints when it is asked about the demo's archive."""
    told = _run(*arguments, folder=_demo()[0])
    return _shown(f"$ luubao {' '.join(arguments)}\n{told}")


def probe() -> str:
    """What a probe of the demo's newspaper tells."""
    with Newspaper() as paper:
        return _shown(
            f"$ luubao outlets probe {paper.base_url}\n" + _run("outlets", "probe", paper.base_url, folder=Path())
        )


def questions() -> str:
    """The ten questions: why they are asked, the SQL with the demo's values filled in, and what the demo answers."""
    return "\n".join(_topic_lines())


def _topic_lines() -> Iterator[str]:
    for number, topic in enumerate(TOPICS, 1):
        yield f"## {number}. {topic.title}\n\n{topic.why}\n"
        for question in topic.questions:
            sql = _filled_in(question)
            yield f"{question.title} (`{question.name}`):\n\n```sql\n{sql}\n```\n\n{_answer(sql)}\n"


def _filled_in(question: Question) -> str:
    """The statement as one can paste it."""
    sql = question.sql.strip()
    for name, example in question.parameters.items():
        quoted = str(example).replace("'", "''")
        sql = re.sub(f":{name}\\b", f"'{quoted}'", sql)
    return sql


def _answer(sql: str) -> str:
    """The first rows of the demo's answer, as `sqlite3 -header` prints them, long texts cut."""
    with open_archive(_demo()[0] / "luubao.db") as db:
        rows = list(db.query(sql))
    lines = [_masked("|".join(map(_cut, _plain(row)))) for row in rows]
    if _BY_OUR_CLOCK.search(sql):  # the demo's days pass within seconds, in no lasting order
        lines.sort(reverse=True)
    more = [f"... and {len(lines) - _SHOWN_ROWS} more"] if len(lines) > _SHOWN_ROWS else []
    return "\n".join(["```", "|".join(rows[0]), *lines[:_SHOWN_ROWS], *more, "```"])


def _plain(row: dict[str, Any]) -> list[object]:
    """The values, but for numbers of articles, which go by the order of arrival."""
    return ["..." if name == "article_id" else value for name, value in row.items()]


_SHOWN_ROWS, _SHOWN_LETTERS = 5, 90
_BY_OUR_CLOCK = re.compile(r"ORDER BY \S*(_at|gone_since|version_id|stood_days)\b")


def _cut(value: object) -> str:
    text = "" if value is None else " ".join(str(value).split())
    return text if len(text) <= _SHOWN_LETTERS else text[:_SHOWN_LETTERS] + "…"


def bounds() -> str:
    """What bounds a crawl, as it is set for everybody."""
    rows = [f"| {meaning} | {tell(getattr(settings, name))} | `{name}` |" for name, meaning, tell in _BOUNDS]
    return "\n".join(["| | bound | setting |", "|---|---|---|", *rows])


def _seconds(value: float) -> str:
    number, unit = next((value / size, unit) for unit, size in _TIMES if value % size == 0)
    return f"{number:g} {unit}{'s' if number != 1 else ''}"


def _bytes(value: int) -> str:
    return f"{value / 1024**2:g} MiB" if value >= 1024**2 else f"{value / 1024:g} KiB"


def _count(value: int) -> str:
    return f"{value:,}"


_TIMES = (("hour", 3600), ("minute", 60), ("second", 1))
_BOUNDS = (
    ("DOWNLOAD_DELAY", "pause between two requests to a host, where robots.txt names none", _seconds),
    ("CONCURRENT_REQUESTS_PER_DOMAIN", "requests under way to a host", str),
    ("LUUBAO_LONGEST_DELAY", "longest Crawl-delay that a run waits for", _seconds),
    ("LUUBAO_LONGEST_WAIT", "longest Retry-After that a run waits for", _seconds),
    ("LUUBAO_FIRST_PAUSE", "pause after a 429 or 503 without one, doubled each time", _seconds),
    ("RETRY_TIMES", "second tries of a failed request in a run", str),
    ("LUUBAO_ERRORS_IN_A_ROW", "errors in a row before a host is left alone", str),
    ("LUUBAO_FIRST_QUIET", "for how long, doubled with every further error", _seconds),
    ("LUUBAO_LONGEST_QUIET", "and at most", _seconds),
    ("DOWNLOAD_TIMEOUT", "time a request may take, from its beginning to the last byte", _seconds),
    ("DOWNLOAD_MAXSIZE", "size of a page or a picture, as it comes and unpacked", _bytes),
    ("LUUBAO_MAXSIZE_NOT_TEXT", "size of what is at a page's address and no text", _bytes),
    ("LUUBAO_MAX_HEADER_BYTES", "headers of an answer that are kept, cookies to 4 KiB of them", _bytes),
    ("LUUBAO_MAX_REDIRECTS", "redirects in a row that are followed", str),
    ("CLOSESPIDER_TIMEOUT", "time a run may take", _seconds),
    ("LUUBAO_MAX_PAGES", "pages a run asks for", _count),
    ("LUUBAO_MAX_SITEMAPS", "sitemaps a run asks for that were never read", _count),
    ("LUUBAO_SITEMAP_DEPTH", "sitemaps in a row that name one another", str),
    ("LUUBAO_MAX_WAITING", "addresses of an outlet that wait and were never asked for", _count),
)


def example(name: str, language: str) -> str:
    """One of the files in docs/examples, which the tests try."""
    return f"```{language}\n{(Path('docs/examples') / name).read_text('utf-8').strip()}\n```"


def sample_settings() -> str:
    """What `luubao settings --example` prints."""
    return f"```toml\n{sample().strip()}\n```"


def alert_keys() -> str:
    """The keys of a table [alert.NAME]."""
    rows = [f"| `{name}` | {meaning} |" for name, meaning in ALERT_KEYS.items()]
    return "\n".join(["| key | meaning |", "|---|---|", *rows])


def exit_codes() -> str:
    """What `luubao crawl` ends with."""
    rows = [f"| {int(code)} | {meaning} |" for code, meaning in MEANINGS.items()]
    return "\n".join(["| exit code | meaning |", "|---|---|", *rows])


def summary_fields() -> str:
    """What the JSON summary of a crawl holds."""
    rows = [f"| `{name}` | {meaning} |" for name, meaning in FIELDS.items()]
    return "\n".join(["| field | holds |", "|---|---|", *rows])


def round_fields() -> str:
    """What the JSON summary of a round over several outlets holds."""
    rows = [f"| `{name}` | {meaning} |" for name, meaning in ROUND_FIELDS.items()]
    return "\n".join(["| field | holds |", "|---|---|", *rows])


def status_page() -> str:
    """What `luubao status` prints about two imaginary newspapers."""
    lines = [click.unstyle(rendered(line)) for line in status_lines(imaginary_status())]
    return "\n".join(["```", "$ luubao status", *lines, "```"])


def file(path: str) -> str:
    """A file of the project, as it stands."""
    return f"```python\n{Path(path).read_text('utf-8').strip()}\n```"


@lru_cache(maxsize=1)
def _demo() -> tuple[Path, str]:
    """The folder of an archive that `luubao demo` made, and what it told meanwhile."""
    folder = tempfile.TemporaryDirectory()
    atexit.register(folder.cleanup)
    return Path(folder.name), _run("demo", "--db", "luubao.db", folder=Path(folder.name)).replace(
        "luubao.db", "demo.db"
    )


def _shown(told: str) -> str:
    """In a block, without what differs from run to run."""
    return f"```\n{_masked(told).strip()}\n```"


def _masked(told: str) -> str:
    """Without the port, the digest of the reading code, the moments of our clock, and the last digits of confidence:
    the adverts around an article differ at each request."""
    told = re.sub(r"127[.]0[.]0[.]1:[0-9]+", "127.0.0.1:8765", told)
    told = re.sub(r"sha256:[0-9a-f]{12}", "sha256:...", told)
    told = re.sub(r"(?<=[a-z] 0[.][0-9])[0-9](?=,|$)", "..", told, flags=re.MULTILINE)
    return re.sub(r"20[0-9]{2}-[0-9]{2}-[0-9]{2}T[0-9:]{8}Z", "2026-05-20T01:15:00Z", told)


def _run(*arguments: str, folder: Path) -> str:
    command = [sys.executable, "-m", "crawler", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=folder, check=False)
    if done.returncode:
        raise RuntimeError(
            f"{' '.join(arguments)} ended with {done.returncode}: {done.stdout[-2000:]}{done.stderr[-2000:]}"
        )
    return done.stdout


def dataset_columns() -> str:
    """The columns of a data set."""
    rows = [
        f"| `{name}` | {'list of string' if kind == 'list' else kind} | {told} |"
        for name, (kind, told) in DATASET_COLUMNS.items()
    ]
    return "\n".join(["| column | type | meaning |", "|---|---|---|", *rows])
