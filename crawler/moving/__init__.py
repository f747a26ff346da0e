"""Moves an outlet to a new domain: finds its archived articles there, and changes its settings."""
