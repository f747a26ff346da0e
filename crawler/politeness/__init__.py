"""Politeness towards hosts: robots.txt, crawl delay, crawl window, backoff, locks among crawls."""
