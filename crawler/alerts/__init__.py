"""Alerts: what saved searches matched in the archive is sent to people, once, after a run."""
