"""The raw exports of a sample: each table in the kind of file its system would write."""

import zipfile
from pathlib import Path

import numpy as np
import pandas as pd

from opsmodel.intake.sample import coaching, faults
from opsmodel.intake.sample.chain import Sample
from opsmodel.intake.sample.files import CREATED, csv_file, sheet, workbook
from opsmodel.intake.sample.mess import Mess

STATUS = {0: "已完成", 1: "部分退款", 2: "已退款"}


def write(sample: Sample, folder: Path, channels: dict[str, str], seed: int) -> dict[str, int]:
    """Write every table into `folder` as raw exports; returns how many rows of each kind of mess there are.

    channels  what the client calls each channel
    """
    folder.mkdir(parents=True, exist_ok=True)
    mess = Mess(seed)
    later = Mess(seed, 778)  # a stream of its own: what came to be exported later moves nothing else
    _stores(sample.stores, folder, mess, later)
    listed = sample.customers["customer_id"]
    phones = {person: f"169{place:08d}" for place, person in enumerate(listed, start=1)}  # no such numbers
    _contacts(sample, folder, channels, phones, mess)
    _orders(sample, phones, folder, mess)
    _order_lines(sample.order_lines, folder, mess)
    _events(sample.events, folder, mess)
    _spend(sample.spend, folder, channels, mess)
    _traffic(sample.traffic, folder, mess)
    coaching.write(sample, folder, later)
    return dict(sorted((mess.planted + later.planted).items()))


def _stores(stores: pd.DataFrame, folder: Path, mess: Mess, later: Mess) -> None:
    rows = {
        "门店编号": stores["store_id"],
        "门店名称": stores["store_name"],
        "区域": stores["region"],
        "城市级别": stores["city_tier"],
        "店型": stores["format"],
        "开业日期": mess.times(stores["opened_on"], ("zh_day", "slash_day"), (0.6, 0.4)),
        "批次": stores["wave"].map({"1": "第1批"}).fillna(""),
        "启动日期": later.times(stores["started_on"], ("slash_day", "zh_day"), (0.5, 0.5)),
    }
    csv_file(folder / "stores.csv", pd.DataFrame(rows), "utf-8-sig")


def _orders(sample: Sample, phones: dict[str, str], folder: Path, mess: Mess) -> None:
    """One GBK file a half-year; each begins three days early, so that some orders are exported twice.

    The till of 2023 knows customers by phone and books a whole refund as a row of its own; the till of
    2025 writes the name of the store.
    """
    orders = sample.orders
    names = sample.stores.set_index("store_id")["store_name"]
    half = orders["ordered_at"].dt.year * 2 + (orders["ordered_at"].dt.month > 6)
    written = 0
    for number in sorted(half.unique()):
        year, second = int(number) // 2, int(number) % 2
        first = pd.Timestamp(year, 7 if second else 1, 1)
        early = (orders["ordered_at"] >= first - pd.Timedelta(days=3)) & (orders["ordered_at"] < first)
        part = orders[(half == number) | early].sort_values(["ordered_at", "order_id"], ignore_index=True)
        written += len(part)
        rows = _order_rows(part, mess, slashes=bool(second))
        if year == 2023:
            rows = faults.reversals(rows, mess)
            rows["客户ID"] = rows["客户ID"].map(phones).fillna("")
            rows = rows.rename(columns={"客户ID": "手机号"})
        if (year, second) == (2024, 1):
            rows = faults.orders(rows, mess)
        if year == 2025:
            rows["门店编号"] = rows["门店编号"].map(names)
            rows = rows.rename(columns={"门店编号": "下单门店"})
        csv_file(folder / f"orders_{year}H{second + 1}.csv", rows, "gbk")
    mess.plant("orders_exported_twice_merged", written - len(orders))


def _order_rows(orders: pd.DataFrame, mess: Mess, slashes: bool) -> pd.DataFrame:
    net = orders["amount"] - orders["refund_amount"]
    status = np.where(orders["refund_amount"] == 0, 0, np.where(net > 0, 1, 2))
    refund = orders["refund_amount"].map("{:.2f}".format).where(status == 1, "")
    usual = "slash" if slashes else "iso"
    forms, weights = ("plain", "yen", "yuan", "wide"), (0.9, 0.05, 0.04, 0.01)
    return pd.DataFrame(
        {
            "订单号": orders["order_id"],
            "下单时间": mess.times(orders["ordered_at"], (usual, "zh", "serial"), (0.9, 0.07, 0.03)),
            "客户ID": orders["customer_id"].fillna(""),
            "门店编号": orders["store_id"],
            "导购": orders["staff_id"],
            "实付金额": mess.money(orders["amount"], forms, weights),
            "退款金额": refund,
            "毛利(含返利)": orders["margin"].map("{:.2f}".format),
            "订单状态": [STATUS[int(kind)] for kind in status],
        }
    )


def _order_lines(lines: pd.DataFrame, folder: Path, mess: Mess) -> None:
    rows = pd.DataFrame(
        {
            "订单号": lines["order_id"],
            "商品编码": lines["product_id"],
            "商品名称": lines["product"],
            "品类": lines["category"],
            "产品层级": lines["tier"],
            "数量": lines["quantity"].astype(int),
            "金额": [f"{amount:.2f}" for amount in lines["amount"]],
        }
    )
    text = faults.order_lines(rows, mess).to_csv(sep="\t", index=False, lineterminator="\r\n")
    entry = zipfile.ZipInfo("order_lines.txt", (2025, 7, 1, 9, 12, 0))
    entry.compress_type, entry.external_attr = zipfile.ZIP_DEFLATED, 0o644 << 16
    with zipfile.ZipFile(folder / "order_lines.zip", "w") as file:
        file.writestr(entry, text.encode("utf-16"), compresslevel=9)


def _events(events: pd.DataFrame, folder: Path, mess: Mess) -> None:
    local = events["happened_at"].dt.tz_localize("Asia/Shanghai").dt.as_unit("ms")
    rows = {
        "客户ID": events["customer_id"],
        "门店编号": events["store_id"],
        "员工": events["staff_id"],
        "行为类型": events["event"],
        "发生时间": local.astype("int64"),
        "来源": events["source"],
    }
    csv_file(folder / "events.csv", faults.events(pd.DataFrame(rows), mess), "utf-8")


def _spend(spend: pd.DataFrame, folder: Path, channels: dict[str, str], mess: Mess) -> None:
    rows = {
        "渠道": spend["channel"].map(channels),
        "渠道活码": spend["code_id"],
        "门店编号": spend["store_id"],
        "日期": mess.times(spend["spent_on"], ("slash_day", "zh_day"), (0.8, 0.2)),
        "费用": mess.money(spend["amount"], ("yen", "yuan", "wan"), (0.5, 0.2, 0.3)),
    }
    csv_file(folder / "spend.csv", pd.DataFrame(rows), "gbk")


def _contacts(
    sample: Sample, folder: Path, channels: dict[str, str], phones: dict[str, str], mess: Mess
) -> None:
    """The contact list as an Excel file: a sheet a region, a title above the header, a total below."""
    people = sample.customers[sample.customers["joined_at"].notna()]
    stores = sample.stores.set_index("store_id")
    forms, weights = ("iso", "slash", "zh", "serial"), (0.80, 0.1, 0.06, 0.04)
    rows = pd.DataFrame(
        {
            "客户ID": people["customer_id"],
            "客户昵称": [f"客户{number}" for number in range(1, len(people) + 1)],
            "手机号": people["customer_id"].map(phones),
            "所属门店": people["store_id"].map(stores["store_name"]),
            "添加人": people["staff_id"],
            "添加时间": mess.times(people["joined_at"], forms, weights),
            "流失时间": mess.times(people["left_at"], ("iso", "slash"), (0.8, 0.2)),
            "渠道": people["channel"].map(channels),
            "渠道活码": people["code_id"],
            "推荐人": people["referrer_id"].fillna(""),
            "入会时间": mess.times(people["member_since"], ("iso", "zh"), (0.8, 0.2)),
        }
    )
    rows = faults.contacts(rows, mess)
    region = rows["所属门店"].map(stores.set_index("store_name")["region"])
    with workbook(folder / "contacts.xlsx") as book:
        for name in sorted(region.unique()):
            part = rows[region == name]
            title = [["企业微信客户列表"], [f"导出时间：{CREATED:%Y-%m-%d %H:%M}", "", "", f"区域：{name}"]]
            sheet(book, name, part, title, [["合计", f"{len(part)}人"]])


def _traffic(traffic: pd.DataFrame, folder: Path, mess: Mess) -> None:
    rows = pd.DataFrame(
        {
            "门店编号": traffic["store_id"],
            "日期": mess.times(traffic["counted_on"], ("serial",), (1,)),
            "进店人数": traffic["visitors"],
        }
    )
    with workbook(folder / "traffic.xlsx") as book:
        sheet(book, "客流", rows, [], [])
