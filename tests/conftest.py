"""What every test shares: where the data folder of the project's makers is, and no timed checks."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import settings

# The machines are shared and noisy: a slow example is not a wrong one.
settings.register_profile("rempart", deadline=None, print_blob=True)
settings.load_profile("rempart")

ROOT = Path(__file__).resolve().parent.parent


def shared_folder() -> Path | None:
    """The folder with real chat beside the checkout, or None where it is not to be had."""
    place = Path(os.environ.get("REMPART_SHARED", ROOT.parent / "shared"))
    return place if (place / "data").is_dir() else None


@pytest.fixture(scope="session")
def shared() -> Path:
    place = shared_folder()
    if place is None:
        pytest.skip("the real chat is not on this machine (set REMPART_SHARED)")
    return place
