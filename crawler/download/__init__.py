"""Downloading: the download handler, certificates, DNS lookup, size limits, decompression, pictures.

Every request passes through `download_handler`, for pages, pictures and robots.txt alike.
"""
