"""The bundled client is what its generator writes."""

import zipfile
from pathlib import Path

import pytest
import yaml
from python_calamine import CalamineWorkbook

from opsmodel.errors import ClientError
from opsmodel.intake.sample import write_client

DEMO = Path(__file__).parents[1] / "data" / "demo"
FILES = [
    "contacts.xlsx",
    "events.csv",
    "order_lines.zip",
    "orders_2023H2.csv",
    "orders_2024H1.csv",
    "orders_2024H2.csv",
    "orders_2025H1.csv",
    "spend.csv",
    "stores.csv",
    "traffic.xlsx",
]


@pytest.fixture(scope="module")
def truth() -> dict:
    return yaml.safe_load((DEMO / "truth.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    return write_client("demo", tmp_path_factory.mktemp("demo"))


def content(path: Path) -> object:
    """What a file says: the cells of a workbook, the members of a zip, the bytes of the rest."""
    if path.suffix == ".xlsx":
        book = CalamineWorkbook.from_path(path)
        return {name: book.get_sheet_by_name(name).to_python() for name in book.sheet_names}
    if path.suffix == ".zip":
        with zipfile.ZipFile(path) as file:
            return {name: file.read(name) for name in file.namelist()}
    return path.read_bytes()


@pytest.mark.parametrize("file", [*(f"raw/{name}" for name in FILES), "truth.yaml"])
def test_the_committed_file_is_the_generated_one(file, written):
    assert content(written / file) == content(DEMO / file)


def test_nothing_else_lies_among_the_exports_and_they_are_small(written):
    assert sorted(path.name for path in (written / "raw").iterdir()) == FILES
    assert sorted(path.name for path in (DEMO / "raw").iterdir()) == FILES
    assert sum(path.stat().st_size for path in (DEMO / "raw").iterdir()) < 3_000_000


def test_the_exports_are_as_messy_as_a_clients():
    raw = DEMO / "raw"
    assert (raw / "stores.csv").read_bytes().startswith(b"\xef\xbb\xbf")
    orders = (raw / "orders_2024H2.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        orders.decode("utf-8")
    for piece in ("年", "/", "￥", "元", "已退款", "部分退款", "．"):
        assert piece in orders.decode("gbk"), piece
    with zipfile.ZipFile(raw / "order_lines.zip") as file:
        assert file.read("order_lines.txt")[:2] == b"\xff\xfe"
    assert "万" in (raw / "spend.csv").read_text(encoding="gbk")
    contacts = CalamineWorkbook.from_path(raw / "contacts.xlsx")
    rows = contacts.get_sheet_by_name(contacts.sheet_names[0]).to_python()
    assert (rows[0][0], rows[2][0], rows[-1][0]) == ("企业微信客户列表", "客户ID", "合计")


def test_phone_numbers_are_of_a_range_no_operator_has():
    contacts = CalamineWorkbook.from_path(DEMO / "raw" / "contacts.xlsx")
    rows = [
        row for name in contacts.sheet_names for row in contacts.get_sheet_by_name(name).to_python()[3:-1]
    ]
    phones = {row[2] for row in rows}
    assert len(phones) > 4_000
    assert all(phone.startswith("1690000") for phone in phones)


def test_only_the_demo_is_generated(tmp_path):
    with pytest.raises(ClientError, match="use demo"):
        write_client("completejourney", tmp_path)
