"""Two imaginary newspapers as `luubao status` finds them, always the same: for the docs and for those who draw pages."""

from __future__ import annotations

from datetime import timedelta

from archive.monitor.outlet_states import Status, outlet_status
from archive.queries.outlets_followed import DueCounts, OutletFacts, RunFacts
from tests.archive.imaginary_year import DAY, START, Paper, runs_of

NOW = START + 100 * DAY + timedelta(hours=4, minutes=12)
FALL = "none of the last 20 articles have a lead, where usually 94% have one. Has the paper changed its layout?"


def imaginary_status() -> Status:
    """One that is well, but was left alone for some days, and one that lost its leads some days ago."""
    well = _facts(
        "baosongthao", "Báo Sông Thao", Paper(40), timedelta(hours=6), 3, DueCounts(37, 214, 6), left_alone=(80, 84)
    )
    failing = _facts("baotamdao", "Báo Tam Đảo", Paper(12), timedelta(hours=12), 5, DueCounts(0, 55, 2), leads_until=95)
    found = tuple(outlet_status(facts, NOW) for facts in (well, failing))
    return Status("/srv/luubao/luubao.db", 2_345_678_901, NOW, found)


def _facts(name: str, title: str, paper: Paper, every: timedelta, seed: int, waiting: DueCounts, *,
           left_alone: tuple[int, int] = (0, 0), leads_until: int = 200) -> OutletFacts:  # fmt: skip
    runs: list[RunFacts] = []
    for past in runs_of(paper, every, 100, seed):
        day = (past.at - START) / DAY
        if left_alone[0] <= day < left_alone[1]:
            continue
        health = past.health.to_json()
        fell = day >= leads_until and "lead" in health.get("shares", {})
        if fell:
            health["shares"]["lead"][0] = 0
        new = past.health.new
        stats = {"captures": 55 + 2 * new, "new": new, "edited": new // 7, "disappeared": int(new % 9 == 8)}
        runs.append(
            RunFacts(
                len(runs) + 1,
                past.at,
                past.at + timedelta(minutes=4),
                "partly-failed" if fell else past.outcome,
                FALL if fell else None,
                (),
                stats,
                health,
            )
        )
    found = sum(run.stats["new"] for run in runs)
    return OutletFacts(name, title, "Asia/Ho_Chi_Minh", found * 40, found * 4, found // 8, waiting, tuple(runs))
