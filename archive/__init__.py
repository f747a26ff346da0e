"""Keeps and reads: everything that turns bytes into an article, and one SQLite file that remembers."""
