"""Backfill: imports captures of an outlet that other web archives made before our first crawl, or between two."""
