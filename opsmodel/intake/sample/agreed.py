"""The actions agreed with the stores of the demo client, each with the number it starts from."""

import pandas as pd

from opsmodel.intake.contract import TABLES
from opsmodel.intake.sample.chain import Sample
from opsmodel.intake.sample.until import until

AGREED = "2025-03-31"  # last day the baselines were measured on
WITHIN_DAYS = 90
ACTIONS = (
    # store, finding, play, owner, due, status, kpi, measured again
    ("S003", "首单成交率低于同店型门店", "9.9元体验装定向成交", "店长", "2025-04-20", "done", "close_90d"),
    (
        "S004",
        "回访做了，但没有统一话术",
        "未复购回访话术上线",
        "店长",
        "2025-04-13",
        "done",
        "repurchase_90d",
    ),
    ("S007", "任务完成不及时", "每日晨会过任务清单", "区域经理", "2025-04-13", "done", "sop_on_time"),
    ("S005", "首单客户回店率全链最低", "90天新客计划", "店长", "2025-06-15", "open", "repurchase_90d"),
    ("S006", "加粉一周内流失严重", "一人一码，重写欢迎语", "总部运营", "2025-05-31", "open", "retained_7d"),
    ("S001", "成交率偏低", "新人礼包改版", "店长", "2025-05-15", "dropped", "close_90d"),
)
MEASURED_AGAIN = ("2025-07-31", "2025-07-31", "2025-06-30", "2025-09-30", "2025-08-31", "2025-07-31")
COLUMNS = ["store_id", "finding", "play", "owner", "due_on", "status", "kpi"]


def actions(sample: Sample) -> pd.DataFrame:
    """The canonical table, baselines measured on the tables as they stood when the actions were agreed."""
    then = until(sample, AGREED)
    rows = pd.DataFrame(ACTIONS, columns=COLUMNS).assign(remeasure_on=MEASURED_AGAIN)
    rows["action_id"] = [f"A{number:02d}" for number in range(1, len(rows) + 1)]
    for column in ("due_on", "remeasure_on"):
        rows[column] = rows[column].to_numpy().astype("datetime64[s]")
    rows["baseline"] = [
        round(_baseline(then, store, kpi), 4)
        for store, kpi in zip(rows["store_id"], rows["kpi"], strict=True)
    ]
    return rows[TABLES["actions"].names]


def _baseline(sample: Sample, store: str, kpi: str) -> float:
    """The number of the home store's customers, of those old enough for the window."""
    end = pd.Timestamp(AGREED) + pd.Timedelta(days=1)
    people = sample.customers[(sample.customers["store_id"] == store) & sample.customers["joined_at"].notna()]
    joined = people.set_index("customer_id")["joined_at"]
    tasks = sample.tasks[sample.tasks["store_id"] == store]
    if kpi == "sop_on_time":
        return float((tasks["done_at"] <= tasks["due_at"]).mean())
    if kpi == "retained_7d":
        full = people[people["joined_at"] <= end - pd.Timedelta(days=7)]
        return 1 - float((full["left_at"] - full["joined_at"] < pd.Timedelta(days=7)).mean())
    orders = sample.orders[sample.orders["amount"] > sample.orders["refund_amount"]]
    bought = orders[orders["customer_id"].isin(joined.index)]
    if kpi == "close_90d":
        first = bought.groupby("customer_id")["ordered_at"].min().reindex(joined.index)
        old = joined <= end - pd.Timedelta(days=WITHIN_DAYS)
        return float((first[old] - joined[old] <= pd.Timedelta(days=WITHIN_DAYS)).mean())
    sold = orders[(orders["home_store_id"] == store) & orders["customer_id"].notna()]
    days = sold.assign(day=sold["ordered_at"].dt.normalize())[["customer_id", "day"]].drop_duplicates()
    by_customer = days.sort_values("day").groupby("customer_id")["day"]
    first, second = by_customer.min(), by_customer.apply(lambda day: day.iloc[1:2].max())
    mature = first <= end - pd.Timedelta(days=WITHIN_DAYS + 1)
    return float(((second - first)[mature].dt.days <= WITHIN_DAYS).mean())
