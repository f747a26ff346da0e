"""Bao Song Thao, a small demo newspaper served on loopback: its content, its pages and its HTTP server."""
