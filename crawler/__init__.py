"""Finds and fetches: the only place that knows Scrapy."""
