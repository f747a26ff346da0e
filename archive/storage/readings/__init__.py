"""Readings (extraction results) as rows, and which captures an extractor has still to read."""
