"""Who may import whom. The table is the architecture: change it with a reason, here and in docs/design.md."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

ROOT = Path(__file__).parent.parent

# Outside packages, and the only modules that may import them: one door per dependency.
DOORS = {
    "trafilatura": ("archive.extract",),
    "lxml": ("archive.extract", "crawler.discovery"),
    "sqlite_utils": ("archive.store", "archive.storage.migrations", "archive.pipeline.ingest", "archive.pipeline.filing", "archive.pipeline.link_discovery", "archive.pipeline.field_coverage", "archive.pipeline.rereading", "archive.pipeline.derivation_check", "archive.pipeline.verification", "archive.cli.keeping", "archive.web", "archive.monitor.status.outlet_states", "archive.monitor.run_checks", "crawler.session", "crawler.writer", "crawler.run.run_record", "crawler.demo_verification", "crawler.demo_walkthrough", "archive.pipeline.foreign_captures", "archive.pipeline.merging", "archive.exchange.importers", "archive.exchange.exporters"),
    "jinja2": ("archive.web.template_environment",),
    "datasette": ("archive.web.room", "archive.web.plugins"),
    "sqlite3": ("archive.runtime.signals", "archive.store", "archive.storage.migrations", "archive.cli.keeping", "archive.cli.options", "archive.web.plugins", "archive.web.sql_guard"),
    "backports.zstd": ("archive.storage.bodies.codecs", "archive.exchange.content_codings"),
    "brotli": ("archive.exchange.content_codings",),
    "click": ("archive.cli", "archive.cli.diff_command", "archive.cli.exchange_commands", "archive.cli.export", "archive.cli.keeping", "archive.cli.options", "archive.console.output", "archive.cli.read", "archive.cli.push_and_pull", "archive.cli.reread", "archive.cli.reread_spark", "crawler.cli.backup", "crawler.cli", "crawler.cli.crawl", "crawler.cli.init", "crawler.cli.move", "crawler.cli.setting_options", "crawler.cli.outlets", "crawler.cli.settings_command", "crawler.cli.status", "crawler.cli.worker"),
    "scrapy": (
        "crawler.outlet", "crawler.response_capture", "crawler.politeness.robots_txt", "crawler.scheduler", "crawler.run.run_record",
        "crawler.run.progress_line", "crawler.run.crawl_process", "crawler.download.picture_pipeline", "crawler.download.picture_store", "crawler.probe.run", "crawler.probe.client", "crawler.download", "crawler.politeness.host_politeness",
        "crawler.politeness.crawl_delay", "crawler.politeness.crawl_window", "crawler.politeness.refusals", "crawler.run.shutdown", "crawler.run.run_limits", "crawler.fleet.preload",
    ),
    "twisted": ("crawler.outlet", "crawler.download.picture_pipeline", "crawler.download"),
    "zope": ("crawler.download.dns_lookup",),
    "OpenSSL": ("crawler.download.certificates",),
    "obstore": ("archive.exchange.object_store.store",),
    "rq": ("crawler.fleet.job_queue", "crawler.fleet.job_runner", "crawler.fleet.rq_worker"),
    "redis": ("crawler.fleet.lease", "crawler.fleet.queued_batch", "crawler.fleet.job_queue", "crawler.fleet.job_runner", "crawler.fleet.rq_worker"),
    "service_identity": ("crawler.download.certificates",),
    "warcio": ("archive.exchange.importers.warc_reader", "archive.exchange.exporters.warc_records"),
    "pyarrow": ("archive.exchange.exporters.tables", "archive.cluster.reading_files", "archive.cluster.file_systems"),
    "pyspark": ("archive.cluster.spark_job",),
    "PIL": ("archive.pictures",),
    "w3lib": ("crawler.discovery",),
}  # fmt: skip

# Our own packages, and what of ours they may import.
INSIDE = {
    "archive.model.records": ("archive.model.change_rate", "archive.model"),
    "archive.model.urls": (),
    "archive.model.clock": (),
    "archive.model.digests": (),
    "archive.model.errors": (),
    "archive.runtime.atomic_files": ("archive.model.errors",),
    # what a value may be, for all floors; captures are the one value of ours that has a gate of its own
    "archive.model": ("archive.model", "archive.model.clock", "archive.model.errors", "archive.model.records", "archive.model.urls"),
    "archive.model.change_rate": (),
    "archive.runtime.lazy_imports": (),
    "archive.model.perceptual_hash": (),
    "archive.model.paths": (),
    "archive.frontier.schedule": ("archive.model.change_rate",),
    "archive.frontier.url_patterns": ("archive.frontier.url_patterns", "archive.model.urls"),
    "archive.pictures": ("archive.pictures", "archive.model.digests", "archive.model.records"),
    "archive.rules": ("archive.rules",),
    "archive.extract": ("archive.extract", "archive.rules", "archive.model.records", "archive.model.urls"),
    # what the archive believes is a pure function: no SQL, no parser, no clock of ours (archive.model.clock only writes times)
    "archive.history": (
        "archive.history", "archive.model.records", "archive.history.edits", "archive.model.urls", "archive.model.digests", "archive.model.perceptual_hash", "archive.text.equivalence",
    ),
    "archive.store": (
        "archive.store", "archive.runtime.atomic_files", "archive.history", "archive.model.records", "archive.model.urls", "archive.model.clock", "archive.model.digests", "archive.diff", "archive.history.edits",
        "archive.model.errors", "archive.extract.recurring_blocks", "archive.model.change_rate", "archive.runtime.lazy_imports", "archive.model.perceptual_hash", "archive.storage.migrations",
        "archive.model",
        "archive.frontier.schedule", "archive.text.search_query", "archive.frontier.url_patterns", "archive.runtime.signals", "archive.text.snippets",
    ),
    "archive.storage.migrations": ("archive.storage.migrations", "archive.model.digests"),
    "archive": ("archive",),
    "crawler.spiders": ("crawler.outlet",),
    "crawler.demo": ("crawler.demo",),
    "crawler": ("crawler", "archive"),
}  # fmt: skip

MODULES = sorted(path for package in ("archive", "crawler") for path in (ROOT / package).rglob("*.py"))


def name_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def lies_in(module: str, packages: tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(package + ".") for package in packages)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_outside_packages_come_in_by_their_door(path: Path) -> None:
    for imported in imports(path):
        for package, doors in DOORS.items():
            if lies_in(imported, (package,)):
                assert lies_in(name_of(path), doors), f"{name_of(path)} imports {imported}: go through {doors}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_our_own_packages_import_only_what_they_may(path: Path) -> None:
    module = name_of(path)
    rule = max((key for key in INSIDE if lies_in(module, (key,))), key=len)
    for imported in imports(path):
        if lies_in(imported, ("archive", "crawler")):
            assert lies_in(imported, INSIDE[rule]), f"{module} imports {imported}; {rule} may import {INSIDE[rule]}"


# What prints, and the only module that may; the last moment before a process is ended is nobody's but its own.
OF_CLICK = {"echo", "secho", "style", "echo_via_pager", "progressbar", "confirm", "prompt", "pause"}
PRINTS = {"print", *(f"click.{name}" for name in OF_CLICK)}
STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_there_is_one_mouth(path: Path) -> None:
    if name_of(path) == "archive.console.output":
        return
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in PRINTS, (
                f"line {node.lineno} prints with {called}: archive.console.output has what prints"
            )
            wrote = re.search(r"\bsys\.(\w+)\.(?:buffer\.)?write", called)
            assert not (wrote and wrote[1] in STREAMS), (
                f"line {node.lineno} writes to {called}: archive.console.output prints"
            )
            own = called.endswith("getLogger") and (not node.args or ast.unparse(node.args[0]) == "__name__")
            assert not own or name_of(path) == "archive.console.logs", (
                f"line {node.lineno}: log_of of archive.console.logs has loggers"
            )
        if isinstance(node, ast.ImportFrom) and node.module == "click":
            taken = {alias.name for alias in node.names} & OF_CLICK
            assert not taken, f"line {node.lineno} imports {taken}: archive.console.output has what prints"


def test_the_archive_works_where_scrapy_is_not_installed() -> None:
    program = (
        "import sys\n"
        "for name in ('scrapy', 'twisted', 'crawler'): sys.modules[name] = None\n"
        "import archive, archive.cli\n"
        "print(archive.read_page('<h1>x</h1>', 'https://bao.example/').__class__.__name__)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert (done.returncode, done.stdout.strip()) == (0, "Unreadable"), done.stderr


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_no_file_grows_past_a_reader_s_patience(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= 350, f"{path.name} has {lines} lines: has it two reasons to change?"


@pytest.mark.parametrize("name", ["archive", "archive.store"])
def test_a_lazy_package_says_the_same_to_programs_and_to_type_checkers(name: str) -> None:
    package = import_module(name)
    tree = ast.parse(Path(package.__file__ or "").read_text("utf-8"))
    typed = next(node for node in tree.body if isinstance(node, ast.If) and isinstance(node.test, ast.Name))
    froms = [node for node in typed.body if isinstance(node, ast.ImportFrom)]
    stated = {alias.name: node.module for node in froms for alias in node.names}
    homes = vars(package)["_homes_of_public_names"]
    assert homes == stated, "what lazy() is told differs from the imports for type checkers"
    assert sorted(package.__all__) == sorted(homes), "__all__ differs from the imports for type checkers"
    for public in homes:
        assert not isinstance(getattr(package, public), ModuleType), f"{name}.{public} is a module"


def test_a_submodule_does_not_hide_the_function_of_its_name() -> None:
    program = (
        "import archive.pipeline.ingest, archive.storage.captures.capture_writer, archive.storage.readings.boilerplate_sets\n"
        "from archive import ingest, store\n"
        "print(callable(ingest), callable(archive.pipeline.ingest), callable(store.keep), callable(archive.storage.captures.capture_writer))\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.stdout.split() == ["True"] * 4, done.stderr
