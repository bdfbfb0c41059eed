"""What every test may use: the seven-customer shop and its last day."""

import pytest

from opsmodel.intake.example import Shop, seven_customer_shop

collect_ignore_glob = ["conftest.py", "*/conftest.py"]  # they hold no examples, and all have one name

AS_OF = "2024-06-30"


@pytest.fixture
def shop() -> Shop:
    return seven_customer_shop()


@pytest.fixture
def as_of() -> str:
    return AS_OF
