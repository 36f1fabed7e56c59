"""What every test may ask for: the declarations, and the office program where it is installed."""

from __future__ import annotations

import shutil
from collections.abc import Iterator

import pandas as pd
import pytest
from hypothesis import HealthCheck, settings

from demo_world import demo
from termreview.reference.declarations import Reference, load_reference
from worlds import REFERENCE

__all__ = ["demo"]

# No test fails for slowness alone: how long an example takes is a matter of the machine and of who else works on it.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")


_TEXTS = pd.get_option("mode.string_storage")


@pytest.fixture(autouse=True, scope="module")
def _texts_as_at_the_start() -> Iterator[None]:
    """A fixture of a whole module may open a report, too, before any test of it: not for the modules that follow."""
    yield
    pd.set_option("mode.string_storage", _TEXTS)


@pytest.fixture(autouse=True)
def _texts_as_before() -> Iterator[None]:
    """How pandas keeps texts is chosen for a whole process when a report is opened: not for the tests that follow."""
    before = pd.get_option("mode.string_storage")
    yield
    pd.set_option("mode.string_storage", before)


@pytest.fixture(scope="session")
def reference() -> Reference:
    """The committed declarations, loaded once."""
    return load_reference(REFERENCE)


@pytest.fixture(scope="session")
def soffice() -> str:
    """The LibreOffice program; the test is skipped where it is not installed."""
    program = shutil.which("soffice") or shutil.which("libreoffice")
    if program is None:
        pytest.skip("LibreOffice (soffice) is not installed on this machine")
    return program
