"""A client whose raw exports a test types in."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from opsmodel import open_client
from opsmodel.intake.client import Client

STORES = """\
门店编号,门店名称,区域,店型
S1,南京西路店,华东,街铺
S2,人民广场店,华东,商场
S3,天河店,华南,街铺
"""

CONTACTS = """\
客户ID,手机号,所属门店,添加时间,删除时间,渠道,推荐人
C1,13800000001,S1,2024-01-03 10:00:00,,门店活码,
C2,13800000002,人民广场店,2024-01-10 09:00:00,,门店活码,C1
C3,13800000003,S1,2024-02-01 11:00:00,2024-02-05 08:00:00,广告,
"""

ORDERS = """\
订单号,客户ID,门店编号,下单时间,实付金额,退款金额
O1,C1,S1,2024-01-05 10:30:00,19.90,0
O2,C2,S2,2024-01-10 10:00:00,39.90,0
O3,C1,S2,2024-02-20 15:00:00,120.00,20.00
O4,,S1,2024-03-01 12:00:00,45.00,0
"""

ENGAGEMENT = """\
client: shop
language: en
timezone: Asia/Shanghai
as_of: 2024-06-30
"""


def write_shop(folder: Path, engagement: str = "", settings: str = ENGAGEMENT, **files: str | None) -> Path:
    """The three exports above in a client folder; others replace, add to or (None) leave out by name."""
    (folder / "raw").mkdir(parents=True, exist_ok=True)
    (folder / "engagement.yaml").write_text(settings + engagement, encoding="utf-8")
    (folder / "secret.key").write_text("00" * 32)  # one key for all: sheets of one shape share their query
    for name, text in ({"stores": STORES, "contacts": CONTACTS, "orders": ORDERS} | files).items():
        if text is not None:
            (folder / "raw" / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def client(tmp_path) -> Callable[..., Path]:
    """client(**files) -> folder of a client of the test's own."""
    return partial(write_shop, tmp_path / "shop")


@pytest.fixture(scope="session")
def chain(tmp_path_factory) -> Client:
    """The three exports above, taken in once for all tests that only look."""
    return open_client(write_shop(tmp_path_factory.mktemp("clients") / "shop"))
