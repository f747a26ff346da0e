"""One run: its record, its limits, its end, its verdict."""
