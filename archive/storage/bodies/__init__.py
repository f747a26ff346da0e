"""Payloads by digest, compressed with Zstandard against dictionaries and earlier bodies."""
