from __future__ import annotations

import pytest

from config import load
from config.profile import Profile


@pytest.fixture(scope="session")
def profile() -> Profile:
    """Kota Cimahi as it ships."""
    return load.profile(load.settings(environ={}))
