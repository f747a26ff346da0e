"""Diffs as one self-contained HTML page: no script, no request, readable on a desktop, a phone and paper.

Pictures appear as URL and caption; the page does not load them from the newspaper. It is both valid HTML and
well-formed XML, so that the tests can parse it strictly.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from html import escape

from archive.console.output import stored_moment
from archive.diff.compare import compare, side_by_side
from archive.diff.summary import summary, title, title_of_picture, together, unmarked
from archive.diff.wording import Change, Piece
from archive.model.records import Reading
from archive.queries.lookup import Article
from archive.storage.captures.kept_captures import Provenance

_CSP = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
_TAGS = {"removed": "del", "added": "ins"}
_PICTURE_TEXTS = ("caption", "credit")


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


def page(article: Article, steps: Sequence[Comparison]) -> str:
    """The page for one or more steps of an article's history."""
    latest = steps[-1].after
    return "\n".join(
        [
            "<!DOCTYPE html>",
            f'<html lang="{escape(latest.language or "")}">',
            *_head(latest.headline),
            "<body>",
            *_header(article.outlet, article.url, steps),
            *_switches(),
            '<main lang="en">',
            *(line for step in steps for line in _step(step, article.timezone)),
            "</main>",
            *_footer(steps),
            "</body>",
            "</html>\n",
        ]
    )


def _head(headline: str) -> Iterator[str]:
    from importlib.resources import files

    yield "<head>"
    yield '<meta charset="utf-8"/>'
    yield f'<meta http-equiv="Content-Security-Policy" content="{_CSP}"/>'
    yield '<meta name="viewport" content="width=device-width, initial-scale=1"/>'
    yield '<meta name="referrer" content="no-referrer"/>'
    yield f"<title>{_escaped(headline)}: what changed</title>"
    yield f"<style>\n{files('archive.web').joinpath('diff_html.css').read_text('utf-8')}</style>"
    yield "</head>"


def _header(outlet: str, url: str, steps: Sequence[Comparison]) -> Iterator[str]:
    yield "<header>"
    yield f'<p class="tool" lang="en">What changed in an article of {_escaped(outlet)}</p>'
    yield f"<h1>{_escaped(steps[-1].after.headline)}</h1>"
    yield f'<p class="tool">{_link(url)}</p>'
    if len(steps) > 1:
        first, last = steps[0].old.version, steps[-1].new.version
        yield f'<p class="tool" lang="en">{len(steps)} steps, from version {first} to {last}</p>'
    yield "</header>"


def _link(url: str) -> str:
    safe_url = _escaped(url)
    return (
        f'<a href="{safe_url}" rel="noreferrer noopener">{safe_url}</a>'
        if url.startswith(("http://", "https://"))
        else safe_url
    )


def _switches() -> Iterator[str]:
    for name, kind, checked in (("inline", "radio", True), ("beside", "radio", False), ("only", "checkbox", False)):
        mark = ' checked="checked"' if checked else ""
        group = ' name="view"' if kind == "radio" else ""
        yield f'<input class="switch" type="{kind}"{group} id="{name}"{mark}/>'
    yield (
        '<div class="views" lang="en"><label for="inline">In one text</label><label for="beside">Side by side</label>'
        '<label for="only">Only what changed</label>'
        '<span class="legend"><del>removed</del> <ins>added</ins></span></div>'
    )


def _step(step: Comparison, zone: str) -> Iterator[str]:
    yield "<section>"
    yield f"<h2>Version {step.old.version} to version {step.new.version}</h2>"
    yield f'<p class="tool">{_seen_span(step.old, zone)}<br/>{_seen_span(step.new, zone)}</p>'
    yield f'<p class="tool"><strong>{_escaped(summary(step.changes))}</strong></p>'
    yield (
        f'<div class="heads"><span></span><span>Version {step.old.version}</span>'
        f"<span>Version {step.new.version}</span></div>"
    )
    language = escape(step.after.language or "")
    for changes in together(side_by_side(step.before, step.after)):
        yield from _row(changes, language)
    yield "</section>"


def _seen_span(provenance: Provenance, zone: str) -> str:
    first, last = (stored_moment(stamp, zone) for stamp in (provenance.first_seen_at, provenance.last_seen_at))
    return f"Version {provenance.version}: seen from {first} to {last}"


def _row(changes: Sequence[Change], language: str) -> Iterator[str]:
    changed = [change for change in changes if change.kind != "unchanged"]
    first = changed[0] if changed else changes[0]
    state = f"changed {first.kind}" if changed else "unchanged"
    yield f'<div class="row {state}">'
    yield f'<p class="what">{_escaped(title_of_picture(changes) if first.picture else title(first))}</p>'
    yield f'<div class="text {first.form or first.part}" lang="{language}">'
    yield f'<div class="one">{_column(changes, ("removed", "added"))}</div>'
    before, after = (_column(changes, (operation,)) for operation in ("removed", "added"))
    yield f'<div class="pair"><div>{before}</div><div>{after}</div></div>'
    yield "</div></div>"


def _column(changes: Sequence[Change], shown: tuple[str, ...]) -> str:
    """The changes of a row as paragraphs, with the equal pieces and those of the given operations."""
    paragraphs = [_paragraph(change, shown) for change in changes]
    return "".join(filter(None, paragraphs)) or '<p class="none" lang="en">not there</p>'


def _paragraph(change: Change, shown: tuple[str, ...]) -> str:
    pieces = [piece for piece in unmarked(change.pieces) if piece.operation in ("equal", *shown)]
    text = "".join(map(_piece, pieces))
    if not text:
        return ""
    if change.part == "picture":
        between = "<br/>" if len(pieces) > 1 else ""
        return f'<p class="address">{between.join(map(_piece, pieces))}</p>'
    if change.part in _PICTURE_TEXTS:
        return f'<p class="about" title="{change.part}">{text}</p>'
    return f"<p>{text}</p>"


def _piece(piece: Piece) -> str:
    text = _escaped(piece.text)
    if tag := _TAGS.get(piece.operation):
        text = text.replace("\n", "¶<br/>") if piece.operation == "added" else text.replace("\n", "¶ ")
        return f"<{tag}>{text}</{tag}>"
    return text.replace("\n", "<br/>")


def _escaped(text: str) -> str:
    """Escapes text for HTML and drops unprintable characters."""
    return escape("".join(letter for letter in text if letter.isprintable() or letter == "\n"))


_PROVENANCE_ROWS = (
    ("first seen", "first_seen_at"),
    ("last seen", "last_seen_at"),
    ("capture", "capture"),
    ("captured", "captured_at"),
    ("asked for", "requested_url"),
    ("answered by", "final_url"),
    ("status", "status"),
    ("digest of the page", "body_digest"),
    ("digest of the words", "text_digest"),
    ("read by", "extractor"),
)


def _footer(steps: Sequence[Comparison]) -> Iterator[str]:
    """The provenance of every version."""
    from importlib.metadata import version

    yield '<footer lang="en">'
    yield "<h2>Where this comes from</h2>"
    for step in steps:
        yield f"<table><caption>Version {step.old.version} to version {step.new.version}</caption>"
        names = _cells("th", (f"version {provenance.version}" for provenance in (step.old, step.new)))
        yield f"<thead><tr><td></td>{names}</tr></thead>"
        yield "<tbody>"
        for name, fact in _PROVENANCE_ROWS:
            values = (str(getattr(provenance, fact) or "-") for provenance in (step.old, step.new))
            yield f'<tr><th scope="row">{name}</th>{_cells("td", values)}</tr>'
        yield "</tbody></table>"
    yield f'<p class="tool">Made by luubao {_escaped(version("luubao"))} from its archive. Times are UTC here, and'
    yield "those of the paper above. The marks are the program's; the wording is the newspaper's.</p>"
    yield "</footer>"


def _cells(tag: str, values: Iterable[str]) -> str:
    scope = ' scope="col"' if tag == "th" else ""
    return "".join(f"<{tag}{scope}>{_escaped(value)}</{tag}>" for value in values)
