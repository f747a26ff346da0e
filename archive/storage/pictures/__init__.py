"""Stores pictures: their fetches as rows, their files in a folder."""
