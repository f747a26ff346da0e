"""SIGINT and SIGTERM: the first ends a command in order, a second one or half a minute ends the process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_BEGIN = """
import os, re, sqlite3, sys, time
from archive.runtime import signals
def say(word): print(word, flush=True)
"""
_IN_ORDER = """
with signals.handle_signals(), signals.graceful():
    say("ready")
    while not signals.signal_received(): time.sleep(0.01)
    time.sleep({more})
    say("in order")
"""
_HANGS = """
signals.GRACE = {grace}
with signals.handle_signals(), signals.graceful():
    say("ready")
    while not signals.signal_received(): time.sleep(0.01)
    say("came")
    {hang}
"""
_RAISES = """
try:
    with signals.handle_signals():
        try: {work}
        finally: say("undone")
except signals.Interrupted:
    say("interrupted")
"""
_QUERY = """
with signals.handle_signals():
    connection = signals.InterruptibleConnection(":memory:")
    connection.create_function("begun", 0, lambda: say("ready") or 1)
    try: connection.execute("WITH RECURSIVE n(x) AS (SELECT begun() UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n")
    finally: say("undone")
"""

_AMID_THE_BEGINNING = """
import click
from archive.cli.options import Commands

@click.group(cls=Commands)
def cli(): pass

@cli.command()
def work(): time.sleep(60)

def hook(_, event, what):  # the thread that hears signals begins
    if event == "{event}" and what.__name__ == "start_new_thread":
        sys.setprofile(None)
        os.kill(os.getpid(), 15)

sys.setprofile(hook)
sys.setswitchinterval(10)  # the thread has no turn before it is waited for
say("ready")
try: cli(["work"])
finally: time.sleep(0.3)  # whatever a thread has to say about its end
"""


@contextmanager
def program(text: str) -> Iterator[subprocess.Popen[str]]:
    """A program that has said that it is ready."""
    environment = {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-c", _BEGIN + text]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            yield process
        finally:
            process.kill()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_the_first_ends_in_order_and_two_at_once_are_one(number: int) -> None:
    with program(_IN_ORDER.format(more=0.5)) as process:
        process.send_signal(number)
        process.send_signal(number)
        out, err = process.communicate(timeout=600)
    assert (process.returncode, out, err) == (0, "in order\n", "")


def test_the_first_raises_where_nothing_was_agreed_on() -> None:
    with program(_RAISES.format(work="say('ready'); time.sleep(3600)")) as process:
        process.terminate()
        out, _ = process.communicate(timeout=600)
    assert out == "undone\ninterrupted\n"


def test_the_first_interrupts_a_statement() -> None:
    """Which may take minutes, and comes to no bytecode before its end."""
    with program(_QUERY) as process:
        process.terminate()
        out, err = process.communicate(timeout=600)
    assert out == "undone\n", (process.returncode, err)
    assert "OperationalError" in err or "Interrupted" in err


def test_what_was_raised_and_swallowed_is_raised_again() -> None:
    """As SQLite does with what its callbacks raise, and the interpreter with what is raised in a finalizer."""
    swallow = "say('ready')\n    try: time.sleep(3600)\n    except signals.Interrupted: pass\n    time.sleep(3600)"
    with program(f"signals._AGAIN = 0.1\nwith signals.handle_signals():\n    {swallow}") as process:
        process.terminate()
        _, err = process.communicate(timeout=600)
    assert process.returncode == 1
    assert "Interrupted" in err


_IN_A_FINALIZER = """
class Waiting:
    def __del__(self):
        say("ready")
        time.sleep(3600)

try:
    with signals.handle_signals():
        Waiting()
        time.sleep(3600)
except signals.Interrupted:
    say("interrupted")
"""


def test_what_comes_in_a_finalizer_is_no_mistake_to_report() -> None:
    """The interpreter can raise nothing there: it prints a traceback, and goes on."""
    with program(f"signals._AGAIN = 0.1\n{_IN_A_FINALIZER}") as process:
        process.terminate()
        out, err = process.communicate(timeout=600)
    assert (process.returncode, out, err) == (0, "interrupted\n", "")


def test_nothing_is_raised_again_while_the_first_is_handled() -> None:
    work = "\n            try: say('ready'); time.sleep(3600)\n            finally: time.sleep(1)"
    with program("signals._AGAIN = 0.05\n" + _RAISES.format(work=work)) as process:
        process.terminate()
        out, err = process.communicate(timeout=600)
    assert out == "undone\ninterrupted\n", err


def test_a_second_one_ends_the_process_whatever_hangs() -> None:
    with program(_HANGS.format(grace=600, hang="time.sleep(3600)")) as process:
        process.terminate()
        assert process.stdout
        assert process.stdout.readline() == "came\n"
        while process.poll() is None:  # those of the first second are taken for the first
            process.terminate()
            time.sleep(0.1)
    assert process.returncode == 5


def test_so_does_time() -> None:
    with program(_HANGS.format(grace=0.5, hang="time.sleep(3600)")) as process:
        process.terminate()
        _, err = process.communicate(timeout=600)
    assert (process.returncode, err) == (5, "Stopped at once by a signal; the next run goes on from what is kept\n")


@pytest.mark.slow
def test_what_holds_the_interpreter_itself_is_ended_by_the_kernel() -> None:
    with program("signals._PULSE = 0.1\n" + _HANGS.format(grace=0.5, hang="re.match('(a|a)*b', 'a' * 60)")) as process:
        process.terminate()
        process.communicate(timeout=600)
    assert process.returncode in (5, -signal.SIGPROF)


@pytest.mark.parametrize("event", ["c_call", "c_return"])
def test_one_that_comes_while_a_command_begins_ends_it_as_any_other(event: str) -> None:
    """Before the thread is there, and when it has begun and not said so yet."""
    with program(_AMID_THE_BEGINNING.replace("{event}", event)) as process:
        _, told = process.communicate(timeout=300)
    assert process.returncode == 5, told
    assert "Traceback" not in told and told.strip()
