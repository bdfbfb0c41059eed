"""Findings are made in English and in yuan; `lang` makes them in both languages."""

import pytest

from opsmodel import numbers, wording


@pytest.fixture(autouse=True)
def english():
    numbers.use_currency("CNY")
    wording.use("en")
    yield
    wording.use("en")


@pytest.fixture(params=["en", "zh"])
def lang(request, english):
    return wording.use(request.param)
