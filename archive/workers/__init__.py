"""A pool of worker processes for foreign input, which may crash them, exhaust their memory or never return.

Public: Workers, awaited, Lost, cores, spare, kill_all, die_with, PATIENCE. May import
archive.model.errors only.
"""

from archive.workers.channel import PATIENCE, die_with
from archive.workers.pool import Lost, Workers, awaited, cores
from archive.workers.start import kill_all, spare

__all__ = ["PATIENCE", "Lost", "Workers", "awaited", "cores", "die_with", "kill_all", "spare"]
