"""The part of step 5 that is about runs: what was not as usual, and the measures by which that is told.

Seals cover what a run brought and how it ended. Warnings and measures are made from that, and a warning can come after
the seal (a monitoring address that cannot be reached), so these two columns stay open.
"""

RUNS = """
ALTER TABLE runs ADD COLUMN warnings TEXT;
ALTER TABLE runs ADD COLUMN health TEXT;

DROP TRIGGER runs_sealed;
CREATE TRIGGER runs_sealed
BEFORE UPDATE OF id, outlet_id, started_at, finished_at, outcome, reason, software, stats ON runs
WHEN EXISTS (SELECT 1 FROM seals WHERE run_id = old.id)
BEGIN SELECT RAISE(ABORT, 'the run is sealed'); END;
"""
