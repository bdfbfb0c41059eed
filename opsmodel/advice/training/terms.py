"""The client's own glossary: what each number means, and what it is in this store."""

from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd

from opsmodel import numbers
from opsmodel.advice.training.values import values
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.wording import _, language

WRITERS: dict[str, Callable[..., str]] = {
    "money": numbers.money,
    "rate": numbers.percent,
    "count": numbers.count,
    "number": numbers.number,
    "days": numbers.days,
}


@cache
def entries() -> dict[str, dict[str, Any]]:
    """Metric -> stage, unit and its texts in both languages, as glossary.yaml holds them."""
    import yaml

    return yaml.safe_load(Path(__file__).with_name("glossary.yaml").read_text(encoding="utf-8"))


def glossary(shop) -> pd.DataFrame:
    """One row per metric the data of this store can show, in the order of the path.

    shop  a client narrowed to one store

    Returns metric (its code), stage, term (the name in the language spoken, then in the other), formula,
    denominator, left_out, n (base), this_store (a base under 30 is said to be small) and here (the same with
    its interval).

    >>> glossary(open_client("demo").store("S001"))  # doctest: +SKIP
    """
    return written(values(shop), within_days=int(shop.engagement.windows.within_days))


def written(found: pd.DataFrame, *, within_days: int) -> pd.DataFrame:
    """`glossary` of a table of values: metric, value, value_low, value_high, n.

    >>> row = pd.DataFrame({"metric": ["retained_adds"], "value": [0.5], "value_low": [0.4],
    ...                     "value_high": [0.6], "n": [100.0]})
    >>> written(row, within_days=90)[["term", "this_store"]].values.tolist()
    [['7-day retained adds · 7日好友留存率', '50.0%']]
    """
    rows = {row["metric"]: row for row in found.to_dict("records")}
    told = [_entry(name, entry, rows[name], within_days) for name, entry in entries().items() if name in rows]
    columns = [
        *("metric", "stage", "term", "formula", "denominator", "left_out", "n", "this_store", "here"),
    ]
    return pd.DataFrame(told, columns=columns)


def stage_name(stage: str) -> str:
    """A stage of the path, or of what stands around it, as a label."""
    return {
        "growth": _("Growth equation"),
        "acquire": _("Acquire"),
        "share": _("Sharing"),
        "close": _("Close"),
        "repurchase": _("Repurchase"),
        "value": _("Customer value"),
        "refer": _("Refer"),
        "sop": _("Standard procedures"),
    }[stage]


def term(metric: str, within_days: int) -> str:
    """The name of a metric in the language spoken."""
    return entries()[metric][language()]["name"].format(days=within_days)


def label(measured: pd.DataFrame, *, within_days: int) -> dict[str, str]:
    """Question -> the name of the number it asks about, in the language spoken.

    measured  of `training.measured`: question, metric
    """
    pairs = measured[["question", "metric"]].drop_duplicates()
    return {question: term(metric, within_days) for question, metric in pairs.itertuples(index=False)}


def figure(metric: str, value) -> str:
    """A value of the metric, written in its unit."""
    return WRITERS[entries()[metric]["unit"]](value)


def _entry(metric: str, entry: dict, row: dict, within_days: int) -> dict:
    own, other = (entry[lang] for lang in ((language(), "en" if language() == "zh" else "zh")))
    days = {"days": within_days}
    value = figure(metric, row["value"])
    small = pd.notna(row["n"]) and row["n"] < SMALLEST_BASE and pd.notna(row["value"])
    bounds = [figure(metric, row[f"value_{end}"]) for end in ("low", "high") if pd.notna(row[f"value_{end}"])]
    told = _("{value} (small base)", value=value) if small else value
    return {
        "metric": metric,
        "stage": stage_name(entry["stage"]),
        "term": f"{own['name']} · {other['name']}".format(**days),
        "formula": own["formula"].format(**days),
        "denominator": own["base"].format(**days),
        "left_out": own["left_out"].format(**days),
        "n": row["n"],
        "this_store": told,
        "here": f"{told} [{bounds[0]} – {bounds[1]}]" if len(bounds) == 2 else told,
    }
