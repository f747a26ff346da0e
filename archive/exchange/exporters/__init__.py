"""Handing over: everything in the archive in the formats others read. Nothing of withdrawn articles ever leaves."""
