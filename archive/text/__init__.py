"""Normalises, compares, searches and excerpts text. Imports nothing of ours but archive.model."""
