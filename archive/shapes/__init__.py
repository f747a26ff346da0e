"""Where articles are to be expected on a site, and where asking further is hopeless: learned from what its addresses
turned out to be."""

from archive.shapes.address import shape_of
from archive.shapes.experience import LIKELY, Counts, Experience, Kind

__all__ = ["LIKELY", "Counts", "Experience", "Kind", "shape_of"]
