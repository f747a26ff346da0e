"""The maintainers' cases (../shared/cases/reader), where they lie beside the checkout."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "cases" / "reader"
CASES = sorted(FOLDER.glob("case-*.json"))
STILL_WRONG = {
    "case-09": "subheads that link to other sites are dropped",
    "case-11": "heads of a live blog's entries are dropped",
    "case-13": "an article made of a list has no text of its own",
    "case-14": "a lead in a table's cell of its own is lost",
    "case-17": "teasers below a short article stay in its text",
    "case-30": "a byline in a fact box overrules the article's",
    "case-37": "a placeholder that does not call itself one hides the picture in <noscript>",
    "case-41": "the offer of a pay wall is read as text",
    "case-50": "VNI is neither converted nor marked",
    "case-53": "scrambled letters are not recognised",
}

pytestmark = [
    pytest.mark.skipif(not CASES, reason="../shared/cases is not there"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def _check() -> ModuleType:
    spec = importlib.util.spec_from_file_location("reader_cases_check", FOLDER / "check.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_case(case: Path, request: pytest.FixtureRequest) -> None:
    if case.stem in STILL_WRONG:
        request.applymarker(pytest.mark.xfail(reason=STILL_WRONG[case.stem], strict=True))
    wrong, _ = _check().check(str(case))
    assert wrong == []
