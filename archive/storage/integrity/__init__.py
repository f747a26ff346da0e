"""Integrity checks of an archive: seals, fixity (digests), invalid values, and rows that contradict one another."""
