"""How an archive's outlets stand: states, rhythms, days, and the page that tells them at a glance."""

from archive.monitor.status.outlet_states import (
    Exit,
    Expected,
    OutletStatus,
    State,
    Status,
    not_begun,
    outlet_status,
    status,
)

__all__ = ["Exit", "Expected", "OutletStatus", "State", "Status", "not_begun", "outlet_status", "status"]
