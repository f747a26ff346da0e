"""Crawls many outlets in parallel, on this machine or through a job queue on several machines."""
