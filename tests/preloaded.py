"""Imported by the process that workers of tests are forked from."""

from tests.preload import import_ours

import_ours()
