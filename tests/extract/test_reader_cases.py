"""The maintainers' cases (../shared/cases/reader), where they lie beside the checkout."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

FOLDER = Path(__file__).parents[3] / "shared" / "cases" / "reader"
CASES = sorted(FOLDER.glob("case-*.json"))

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
def test_case(case: Path) -> None:
    wrong, _ = _check().check(str(case))
    assert wrong == []
