"""How an archive's outlets stand: states, rhythms, days, and the page that tells them at a glance."""

from archive.status.states import Exit, Expected, OutletStatus, State, Status, not_begun, outlet_status, status

__all__ = ["Exit", "Expected", "OutletStatus", "State", "Status", "not_begun", "outlet_status", "status"]
