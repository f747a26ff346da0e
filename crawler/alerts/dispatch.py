"""Finds what alerts match, and sends it: in bounded time, and so that a kill at any moment loses nothing.

What was matched is in the archive before anything is sent, and a message is noted there before it goes out. A message
that was not accepted is sent by the next run; one of which nobody knows whether it was goes again under its old id.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator
from concurrent.futures import FIRST_COMPLETED, wait
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from uuid import uuid4

from archive.console import log_of
from archive.model import clock
from archive.model.errors import LuubaoError
from archive.queries import alert_matches
from archive.queries.alert_matches import Message, items_of, latest, pending
from archive.runtime import signals
from archive.runtime.atomic_files import Locked, outlet_lock
from archive.storage.connection import Database, open_archive, transaction
from archive.storage.sqlite_file import is_there
from archive.workers import Lost, Workers
from crawler.alerts.messages import AlertMessage, Delivery, Outcome, alert_message, delivering
from crawler.config.alert_tables import Alert, Alerts

log = log_of(__name__)
_PATIENCE = 45.0  # seconds for one message; apprise itself waits 4 to 15 for an answer
_TOTAL = 60.0  # seconds for all messages of a run
_AT_ONCE = 4  # messages under way
_POLL = 0.2  # seconds
_LATE = Outcome("did not answer in time")
_LOCK = "sending-alerts"  # no outlet's name: it has a hyphen
EXTRA_MISSING = "alerts need more than luubao brings by itself: pip install 'luubao[alerts]'"


@dataclass(frozen=True, slots=True)
class AlertReport:
    """What became of a run's messages. waiting: how many the next run sends; troubles: sentences on what went wrong."""

    sent: int = 0
    waiting: int = 0
    troubles: tuple[str, ...] = ()


def begin(path: Path, alerts: Alerts) -> None:
    """Tells the archive which alerts there are, so that it notes what is filed. Call it before a run. Of an archive
    that is not there yet, or cannot be opened, the run itself tells. Settings without alerts change nothing: a command
    that finds no luubao.toml loses none."""
    try:
        if alerts.names and is_there(path):
            with open_archive(path, create=True) as db:
                alert_matches.enroll(db, alerts.names, clock.stamp(clock.now()))
    except LuubaoError as error:
        log.debug("alerts are not known to the archive yet: %s", error)


def finish(path: Path, alerts: Alerts) -> AlertReport | None:
    """Sends what the alerts match. None where there are no alerts. Call it when no lock is held. Raises nothing but
    what a signal raises."""
    if not alerts.names:
        return None
    try:
        if not is_there(path):
            return AlertReport(troubles=alerts.wrong)
        with open_archive(path, create=True) as db:
            alert_matches.enroll(db, alerts.names, clock.stamp(clock.now()))
            collect(db, alerts)
            return _send_waiting(db, path, alerts)
    except LuubaoError as error:
        return AlertReport(troubles=(*alerts.wrong, f"alerts were not sent: {error}"))
    except Exception as error:  # the boundary: a run is over, whatever becomes of alerts
        log.exception("alerts could not be sent")
        return AlertReport(troubles=(*alerts.wrong, f"alerts were not sent: a mistake in luubao itself: {error!r}"))


def collect(db: Database, alerts: Alerts) -> None:
    """Records what the alerts match among the events that none has looked at, and the messages on it. Events stay as
    long as an alert with a mistake has not looked at them."""
    moment = clock.stamp(clock.now())
    with transaction(db):
        for alert in alerts.all:
            alert_matches.record(db, alert.name, pending(db, alert.article_filter), tuple(alert.to), moment)
        if not alerts.wrong:
            alert_matches.clear_events(db)


def _send_waiting(db: Database, path: Path, alerts: Alerts) -> AlertReport:
    """Sends the messages that wait. One process at a time does; another one's are sent by it, or by the next run."""
    if not (count := len(_waiting(db, alerts))):
        return AlertReport(troubles=alerts.wrong)
    if find_spec("apprise") is None:
        return AlertReport(0, count, (*alerts.wrong, EXTRA_MISSING))
    deadline = time.monotonic() + _TOTAL
    while True:
        try:
            with outlet_lock(path, _LOCK):
                return _send(db, alerts, deadline)
        except Locked:
            if time.monotonic() > deadline or signals.signal_received():
                return AlertReport(0, count, alerts.wrong)
            time.sleep(_POLL)


def _waiting(db: Database, alerts: Alerts) -> list[Message]:
    return [message for message in alert_matches.waiting(db) if message.alert in alerts.names]


def _send(db: Database, alerts: Alerts, deadline: float) -> AlertReport:
    """Sends in rounds, in each one message to each address, and no more to one that failed."""
    sent, troubles, failed = 0, [], set[str]()
    while time.monotonic() < deadline and (envelopes := _next_round(db, alerts, failed)):
        outcomes = dict(_deliver([delivery for _, delivery in envelopes], deadline))
        for number, (message, delivery) in enumerate(envelopes):
            outcome = outcomes[number]
            if not outcome.why:
                alert_matches.accepted(db, message, clock.stamp(clock.now()))
                sent += 1
                continue
            alert_matches.failed(db, message, f"{message.destination} {outcome.why}", surely=outcome.surely)
            failed.add(delivery.address)
            troubles.append(
                f"alert {message.alert}: {message.destination} {outcome.why}; the next run sends what it matched"
                f" ({delivery.alert_message.count})"
            )
    return AlertReport(sent, len(_waiting(db, alerts)), (*alerts.wrong, *troubles))


def _next_round(db: Database, alerts: Alerts, failed: Collection[str]) -> list[tuple[Message, Delivery]]:
    """The oldest message to each address that has not failed, noted as under way; first to those of which none is in
    doubt, for the others may hang again. Drops messages of which nothing is left to say, and those for a destination
    that the settings no longer have."""
    known = {alert.name: alert for alert in alerts.all}
    chosen: dict[str, tuple[Message, Delivery]] = {}
    for message in _waiting(db, alerts):
        alert = known.get(message.alert)
        address = alert.to.get(message.destination) if alert else None
        if alert is None or address in failed or address in chosen:
            continue
        items = items_of(db, alert_matches.matches_of(db, message.alert, message.batches))
        if not items or address is None:
            alert_matches.drop(db, message)
            continue
        key = message.key or uuid4().hex
        chosen[address] = message, Delivery(address, alert_message(alert, items, key))
    for message, delivery in chosen.values():
        alert_matches.begin(db, message, delivery.alert_message.key)
    return sorted(chosen.values(), key=lambda envelope: envelope[0].key is not None)


def _deliver(deliveries: list[Delivery], deadline: float) -> Iterator[tuple[int, Outcome]]:
    """Sends, and yields what became of each; stops at the deadline and at a signal."""
    if not deliveries:
        return
    count = min(_AT_ONCE, len(deliveries))
    with Workers(delivering, count, life=1, patience=_PATIENCE, processor=_PATIENCE) as workers:
        left = {workers.call(delivery): number for number, delivery in enumerate(deliveries)}
        while left and time.monotonic() < deadline and not signals.signal_received():
            for answered in wait(left, _POLL, FIRST_COMPLETED).done:
                answer = answered.result()
                yield left.pop(answered), _LATE if isinstance(answer, Lost) else answer
    yield from ((number, _LATE) for number in left.values())


def send_sample(path: Path, alert: Alert) -> dict[str, Outcome]:
    """Sends a sample to each destination: of what the archive last had that the alert matches, or else made up. Raises
    LuubaoError without the extra, and where the archive cannot be read."""
    if find_spec("apprise") is None:
        raise LuubaoError(EXTRA_MISSING)
    items = []
    if is_there(path):
        with open_archive(path) as db:
            items = items_of(db, latest(db, alert.article_filter, 3))
    written = alert_message(alert, items, uuid4().hex, sample=True) if items else _made_up(alert.name)
    deliveries = [Delivery(address, written) for address in alert.to.values()]
    outcomes = dict(_deliver(deliveries, time.monotonic() + _TOTAL))
    return {name: outcomes[number] for number, name in enumerate(alert.to)}


def _made_up(name: str) -> AlertMessage:
    text = "The archive has nothing yet that this alert matches. An edit would read:\nvốn [-412-]{+421+} tỷ đồng"
    return AlertMessage(f"luubao {name}: a test", (text,), 1, uuid4().hex)
