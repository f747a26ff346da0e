"""Fetches of pictures as rows, and the folder with their files."""
