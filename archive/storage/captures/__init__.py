"""Captures (HTTP exchanges) as rows: writes them before extraction, reads them again, streams them to exports."""
