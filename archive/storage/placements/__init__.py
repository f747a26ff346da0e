"""Stores what stood where on home and section pages: their teasers capture by capture, and the placements derived."""
