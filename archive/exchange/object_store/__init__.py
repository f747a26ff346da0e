"""Pushes and pulls archives through an object store: only what changed, checked by digest."""
