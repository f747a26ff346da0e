"""Where articles are to be expected on a site, and where asking on is hopeless: learned from what its addresses turned
out to be.

>>> experience = Experience(("bao.example",))
>>> experience.promise("https://bao.example/kinh-te/cau-moi-238405.htm")
0.3
>>> experience.learn("https://bao.example/thoi-su/cho-moi-238404.htm", "article")
>>> experience.promise("https://bao.example/kinh-te/cau-moi-238405.htm") > LIKELY
True
"""

from archive.frontier.url_patterns.article_probability import LIKELY, Experience
from archive.frontier.url_patterns.pattern_counts import Counts, Kind
from archive.frontier.url_patterns.url_pattern import Name, shape_of

__all__ = ["LIKELY", "Counts", "Experience", "Kind", "Name", "shape_of"]
