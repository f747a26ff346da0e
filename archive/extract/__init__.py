"""Reading: bytes of a page in, a Reading or an Unreadable out. The one door to trafilatura and lxml."""
