"""Captures as rows: written before anything reads them, read again, and handed on."""
