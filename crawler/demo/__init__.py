"""Bao Song Thao, a small newspaper that lives on loopback."""
