"""Status of an archive's outlets: states, crawl intervals, daily counts, and their display as text and HTML."""

from archive.monitor.status.outlet_states import (
    Exit,
    Expected,
    OutletStatus,
    State,
    Status,
    not_begun,
    outlet_status,
    status,
)  # fmt: skip

__all__ = ["Exit", "Expected", "OutletStatus", "State", "Status", "not_begun", "outlet_status", "status"]
