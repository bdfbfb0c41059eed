"""Every chart and table is shown in English and in yuan, unless a test says otherwise."""

import pytest

from opsmodel import numbers, wording


@pytest.fixture(autouse=True)
def english():
    numbers.use_currency("CNY")
    wording.use("en")
    yield
    wording.use("en")
