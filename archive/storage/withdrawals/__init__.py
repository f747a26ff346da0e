"""Withdrawals: what is hidden or destroyed, and what must not be left behind."""
