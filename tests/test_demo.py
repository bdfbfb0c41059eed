"""The bundled client is what its generator writes, and intake finds the truth planted in it."""

import math
import shutil
import zipfile
from pathlib import Path

import pytest
import yaml
from python_calamine import CalamineWorkbook

from opsmodel import funnel, open_client, repurchase
from opsmodel.errors import ClientError
from opsmodel.intake.build import intake
from opsmodel.intake.sample import write_client

DEMO = Path(__file__).parents[1] / "data" / "demo"
FILES = [
    "actions.csv",
    "answers.xlsx",
    "contacts.xlsx",
    "events.csv",
    "order_lines.zip",
    "orders_2023H2.csv",
    "orders_2024H1.csv",
    "orders_2024H2.csv",
    "orders_2025H1.csv",
    "spend.csv",
    "stores.csv",
    "tasks.csv",
    "traffic.xlsx",
]

STORES = [f"S00{number}" for number in range(1, 9)]


@pytest.fixture(scope="module")
def truth() -> dict:
    return yaml.safe_load((DEMO / "truth.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def written(tmp_path_factory) -> Path:
    return write_client("demo", tmp_path_factory.mktemp("demo"))


def close_to(counted: float, planted: float, n: int) -> bool:
    """Within four standard errors of the planted rate; an empty base says nothing."""
    return n == 0 or abs(counted - planted) <= 4 * math.sqrt(planted * (1 - planted) / n)


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
    assert sum(path.stat().st_size for path in (DEMO / "raw").iterdir()) < 2_500_000


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
    answers = CalamineWorkbook.from_path(raw / "answers.xlsx")
    rows = answers.get_sheet_by_name(answers.sheet_names[0]).to_python()
    assert (rows[0][0], rows[2][0], rows[-1][0]) == ("私域运营调研答卷", "答卷人", "合计")
    tasks = (raw / "tasks.csv").read_bytes()
    with pytest.raises(UnicodeDecodeError):
        tasks.decode("utf-8")
    assert "未复购回访" in tasks.decode("gb18030")


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


@pytest.fixture(scope="module")
def taken_in(tmp_path_factory):
    """The committed exports, taken in: the report of the intake, and the client."""
    folder = tmp_path_factory.mktemp("clients") / "demo"
    shutil.copytree(DEMO / "raw", folder / "raw")
    shutil.copy(DEMO / "engagement.yaml", folder)
    report = intake(folder, progress=False)
    return report, open_client(folder)


def test_intake_keeps_every_row_of_the_clean_tables_and_no_other(taken_in, truth):
    report, _client = taken_in
    assert {name: report.counts[name] for name in truth["tables"]} == truth["tables"]


def test_intake_merges_and_quarantines_exactly_what_was_planted(taken_in, truth):
    report, _client = taken_in
    tables = ("orders", "order_lines", "events", "tasks", "answers")
    names = {"contacts": "customers", **{name: name for name in tables}}
    for prefix, table in names.items():
        for fate in ("merged", "quarantined"):
            planted = sum(
                n
                for what, n in truth["mess"].items()
                if what.endswith(f"_{fate}")
                and what.startswith(f"{prefix}_")
                and (prefix == "order_lines" or not what.startswith("order_lines_"))
            )
            found = sum(getattr(entry, fate) for entry in report.ledger if entry.table == table)
            assert (table, fate, found) == (table, fate, planted)


def test_every_bad_order_is_quarantined_for_its_own_reason(taken_in, truth):
    report, _client = taken_in
    mess = {what.removesuffix("_quarantined"): n for what, n in truth["mess"].items()}
    assert report.lost["orders"] == {
        "blank": mess["orders_no_order_id"] + mess["orders_no_store"],
        "conflict": mess["orders_conflict"],
        "future": mess["orders_future_date"],
        "huge_amount": mess["orders_huge_amount"],
        "negative_amount": mess["orders_negative_amount"],
        "refund_above_order": mess["orders_refund_above_order"],
        "unpaid": mess["orders_cancelled"],
        "unreadable": mess["orders_bad_date"] + mess["orders_amount_in_words"],
    }


@pytest.mark.parametrize("store", STORES)
def test_a_stores_counts_are_those_of_the_clean_tables_to_the_cent(taken_in, truth, store):
    shop = taken_in[1].store(store)
    people, orders = shop.customers.execute(), shop.orders.execute()
    known = orders[orders["customer_id"].notna()]
    buyers = known.loc[known["amount"] > known["refund_amount"], "customer_id"].nunique()
    whole = orders["amount"] == orders["refund_amount"]
    assert truth["stores"][store]["counted"] == {
        "n_customers": len(people),
        "n_left": int(people["left_at"].notna().sum()),
        "n_orders": len(orders),
        "n_anonymous": len(orders) - len(known),
        "n_buyers": buyers,
        "n_full_refunds": int(whole.sum()),
        "n_part_refunds": int(((orders["refund_amount"] > 0) & ~whole).sum()),
        "net_revenue": float((orders["amount"] - orders["refund_amount"]).sum()),
    }


def test_the_stores_repurchase_rates_are_the_planted_ones(taken_in, truth):
    client = taken_in[1]
    rates = repurchase.curve(client.orders, as_of=client.as_of, within_days=(30, 90), by="home_store_id")
    for row in rates.itertuples():
        planted = truth["stores"][row.home_store_id]["planted"][f"repurchase_{row.within_days}d"]
        assert close_to(row.repurchase_rate, planted, row.n_customers), row


def test_the_stores_close_rates_are_the_planted_ones(taken_in, truth):
    client = taken_in[1]
    steps = ["joined", "ordered"]
    funnels = funnel.conversion(
        client.events, steps=steps, within_days=90, as_of=client.as_of, by="home_store_id"
    )
    for row in funnels[funnels["step"] == "ordered"].itertuples():
        planted = truth["stores"][row.home_store_id]["planted"]["close_90d"]
        assert close_to(row.entry_rate, planted, row.n_eligible), row


def test_a_planted_defect_stands_out_from_the_other_stores(taken_in):
    client = taken_in[1]
    rates = repurchase.curve(client.orders, as_of=client.as_of, within_days=(90,), by="home_store_id")
    rates = rates.set_index("home_store_id")
    old = rates[rates["n_customers"] >= 30]
    assert old["repurchase_rate"].idxmin() == "S005"
    assert rates.index.difference(old.index).tolist() == ["S008"]
    assert old["repurchase_rate_high"]["S005"] < old["repurchase_rate_low"].drop("S005").min()
