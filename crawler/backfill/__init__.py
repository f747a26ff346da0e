"""Reaching back: what other archives kept of an outlet before our first crawl, or between two of them."""
