"""URL patterns: where to expect articles on a site, and which patterns are crawler traps, learned from what its URLs
turned out to be.

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
