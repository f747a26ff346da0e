"""A real browser, where there is one."""

from __future__ import annotations

import os
import shutil

import pytest

CHROMIUM_PATH = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
NO_CHROMIUM = "no Chromium here: `make tools` brings it"


def needs_chromium(test: object) -> object:
    """A test that is slow, and skipped where there is no Chromium; in CI that would be a lie."""
    here = CHROMIUM_PATH is not None or bool(os.environ.get("CI"))
    return pytest.mark.slow(pytest.mark.skipif(not here, reason=NO_CHROMIUM)(test))
