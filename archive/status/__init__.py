"""How an archive's outlets stand: states, rhythms, days, and the page that tells them at a glance."""

from archive.status.states import Exit, OutletStatus, State, Status, outlet_status, status

__all__ = ["Exit", "OutletStatus", "State", "Status", "outlet_status", "status"]
