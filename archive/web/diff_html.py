"""Diffs as one self-contained HTML page: no script, no request, readable on a desktop, a phone and paper.

Pictures appear as URL and caption; the page does not load them from the newspaper. It is both valid HTML and
well-formed XML, so that the tests can parse it strictly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from archive.console.output import stored_moment
from archive.diff.compare import compare, side_by_side
from archive.diff.summary import summary, title, title_of_picture, together, unmarked
from archive.diff.wording import Change
from archive.model.records import Reading
from archive.queries.lookup import Article
from archive.storage.captures.kept_captures import Provenance


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two versions of an article with their readings and provenance."""

    old: Provenance
    new: Provenance
    before: Reading
    after: Reading
    changes: tuple[Change, ...] = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "changes", compare(self.before, self.after))

    def rows(self) -> Iterator[list[Change]]:
        """All paragraphs and pictures, each picture with its caption and credit."""
        return together(side_by_side(self.before, self.after))


def page(article: Article, steps: Sequence[Comparison]) -> str:
    """The page for one or more steps of an article's history."""
    from importlib.metadata import version

    from archive.web.template_environment import environment  # jinja2 takes longer to import than a diff to make

    template = environment().get_template("diff_page.html")
    html = template.render(
        article=article, steps=steps, version=version("luubao"), moment=stored_moment, summary=summary, title=title,
        title_of_picture=title_of_picture, unmarked=unmarked,
    )  # fmt: skip
    return f"{html}\n"
