"""Whether Apache Spark is at hand, and what its processes need to know."""

from __future__ import annotations

import importlib.util
import os
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BESIDE = ROOT / "build" / "spark"
"""Where `make spark` puts pyspark: beside the environment, for it weighs half a gigabyte."""


def why_not() -> str | None:
    """What is missing for Spark; None when nothing is. In CI it must be there."""
    if os.environ.get("CI"):
        return None
    if home() is None:
        return "pyspark is not installed: `make spark`"
    return None if shutil.which("java") else "there is no Java: `make tools`"


def home() -> Path | None:
    """The folder of pyspark."""
    if (BESIDE / "pyspark").is_dir():
        return BESIDE / "pyspark"
    found = importlib.util.find_spec("pyspark")
    return Path(found.origin).parent if found and found.origin else None


def environment() -> dict[str, str]:
    """What Spark's processes need to know."""
    here = [str(ROOT), *([str(BESIDE)] if BESIDE.is_dir() else [])]
    return {
        **os.environ, "PYTHONPATH": os.pathsep.join(here), "PYSPARK_PYTHON": sys.executable, "SPARK_LOCAL_IP": "127.0.0.1",
        "SPARK_HOME": str(home()), "PYSPARK_DRIVER_PYTHON": sys.executable,
    }  # fmt: skip
