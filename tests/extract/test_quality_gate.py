"""Floors under the reader's quality: they may be raised, and are lowered only together with a reason.

The figures are those of the evaluation kit beside the repository, on its development pages. A floor stands a little
below what was measured, so that an edit that costs more than a page or two is seen. The pages printed here are the
part that runs everywhere.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import sys
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any

import pytest

from archive import Reading, read_page
from tests.extract.imaginary_paper import CAPTION, CREDIT, PARAGRAPHS, PICTURE, URL, modern, paragraphs, tables
from tests.extract.test_body import FORMS as PARAGRAPH_FORMS
from tests.extract.test_captions import FORMS as CAPTION_FORMS

ROOT = Path(__file__).resolve().parents[2]
KIT = ROOT.parent / "shared" / "evaluation"
needs_kit = pytest.mark.skipif(not (KIT / "data").is_dir(), reason="the evaluation kit is not beside the repository")

INDEX = ("outlets/dataset.json", "outlets/oracle.json", "bodies/ground-truth.json")
INDEX_DIGEST = "sha256:c48a920936915dbb6ddf52ef4098356a82c49be7a0de4c8a3e36131670b0ac4a"

# measured November 2026 on 171 pages: 0.906, 0.734, 0.956, 0.950; 0.982. Before, the corpus was the half of them that the
# rules were written on (0.945, 0.970, 0.975, 0.970): these floors are lower because the pages are other ones, not because
# the reader is.
FLOORS = {
    "caption_f1": 0.895,
    "credit_share": 0.72,
    "body_token_f1": 0.950,
    "body_shingle_f1": 0.945,
}
BODIES_FLOOR = 0.980


def _module(path: Path) -> Any:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[path.stem] = module
    spec.loader.exec_module(module)
    return module


@lru_cache(maxsize=1)
def kit() -> tuple[Any, Any, Callable[[str, str], dict[str, Any]]]:
    """The kit's scoring, and our plug-in."""
    common = _module(KIT / "common.py")
    return common, _module(KIT / "eval_captions.py"), _module(ROOT / "bench" / "kit_plugin.py").extract


@lru_cache(maxsize=1)
def outlet_figures() -> dict[str, float]:
    common, scoring, extract = kit()
    rows = common.load_outlets()
    oracle = json.loads((common.OUTLETS / "oracle.json").read_text("utf-8"))
    pages = [
        scoring.eval_page(row, true, extract(row["html_text"], row["url"])) | {"id": row["id"]}
        for row, true in zip(rows, oracle, strict=True)
    ]
    figures: dict[str, float] = scoring.summarise(pages, oracle)
    return figures | {"credit_share": figures["credit_field"] / figures["credits_expected"]}


@needs_kit
def test_the_corpus_is_the_one_that_was_measured() -> None:
    digest = hashlib.sha256(b"".join((KIT / "data" / name).read_bytes() for name in INDEX))
    assert f"sha256:{digest.hexdigest()}" == INDEX_DIGEST


@pytest.mark.slow
@needs_kit
@pytest.mark.parametrize("figure", FLOORS)
def test_outlets(figure: str) -> None:
    assert outlet_figures()[figure] >= FLOORS[figure]


@pytest.mark.slow
@needs_kit
def test_bodies() -> None:
    common, _, extract = kit()
    scores = [
        common.shingle_prf(common.toks(row["text"]), common.toks(extract(row["html"], row["url"])["text"]))
        for row in common.load_bodies()
    ]
    precision = sum(score[0] for score in scores) / len(scores)
    recall = sum(score[1] for score in scores) / len(scores)
    assert 2 * precision * recall / (precision + recall) >= BODIES_FLOOR


def test_printed_pages_keep_every_caption_and_paragraph() -> None:
    """All forms of captions with all forms of paragraphs around them, in both layouts: none may fail."""
    failed = []
    for layout in (modern, tables):
        for name, form in CAPTION_FORMS.items():
            reading = read_page(layout(paragraphs((2, form))), URL)
            shown = reading.images[0] if isinstance(reading, Reading) and reading.images else None
            if shown is None or (shown.url, shown.caption, shown.credit) != (PICTURE, CAPTION, CREDIT):
                failed.append((layout.__name__, name))
        for name, form in PARAGRAPH_FORMS.items():
            reading = read_page(layout(form), URL)
            if not isinstance(reading, Reading) or reading.text.split("\n\n") != list(PARAGRAPHS):
                failed.append((layout.__name__, name))
    assert failed == []
