"""Printing and logging: all text passes `output`, which escapes control characters."""
