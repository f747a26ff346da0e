"""The rule set dataclass: XPath expressions as data, with their validity dates."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Rules:
    """Where one outlet, or one family of content management systems, keeps the parts of an article.

    Every value is a tuple of XPath 1.0 expressions, tried in order; the first with a match wins.
    `body` selects the container; `caption` and `drop` are evaluated inside it. valid_from and valid_until (inclusive)
    bound the capture days on which the rules hold; None is open. `marks`: a family applies only to pages with one of
    these strings in a class, id or data-role.
    """

    name: str
    body: tuple[str, ...] = ()
    headline: tuple[str, ...] = ()
    lead: tuple[str, ...] = ()
    published: tuple[str, ...] = ()
    byline: tuple[str, ...] = ()
    section: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    caption: tuple[str, ...] = ()
    drop: tuple[str, ...] = ()
    valid_from: date | None = None
    valid_until: date | None = None
    version: int = 1
    marks: tuple[str, ...] = ()

    def holds_on(self, day: date) -> bool:
        """Whether the rules are valid for pages captured on that day."""
        return (self.valid_from is None or self.valid_from <= day) and (
            self.valid_until is None or day <= self.valid_until
        )


def cls(name: str) -> str:
    """The XPath 1.0 condition that an element has this class: `//div[{cls("sapo")}]`."""
    # the first condition is only for speed: it spares most elements the second
    return f"(contains(@class, '{name}') and contains(concat(' ', normalize-space(@class), ' '), ' {name} '))"
