"""One run of a crawl: process, record, limits, shutdown, verdict, summary."""
