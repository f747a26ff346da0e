"""Where articles are to be expected on a site, and where asking on is hopeless: learned from what its addresses turned
out to be.

>>> experience = Experience(("bao.example",))
>>> experience.promise("https://bao.example/kinh-te/cau-moi-238405.htm")
0.3
>>> experience.learn("https://bao.example/thoi-su/cho-moi-238404.htm", "article")
>>> experience.promise("https://bao.example/kinh-te/cau-moi-238405.htm") > LIKELY
True
"""

from archive.shapes.address import Name, shape_of
from archive.shapes.counts import Counts, Kind
from archive.shapes.experience import LIKELY, Experience

__all__ = ["LIKELY", "Counts", "Experience", "Kind", "Name", "shape_of"]
