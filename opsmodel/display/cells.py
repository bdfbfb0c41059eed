"""The cells of a displayed table: each column's heading, unit and formatted texts, by its canonical name."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from opsmodel import numbers
from opsmodel.display.headings import heading
from opsmodel.display.headings.channels import channel_name
from opsmodel.wording import _

Writer = Callable[[Any], str]
UNSEEN = numbers.UNSEEN
RATES = (
    "rate", "share", "hazard", "repurchased", "conversion", "overlap", "coverage", "roi", "top", "bias",
    "adherence", "quartile",
)  # fmt: skip
MONEY = ("amount", "net", "revenue", "money", "margin", "contribution", "ltv", "cost", "spend")
MONEY_NAMES = (
    "ltv_winsorised", "expected_value", "revenue_recent", "revenue_overdue", "monetary", "value_per_buyer",
    "cost_per_retained_add", "cac", "referral_value", "margin_after", "money_low", "money_high",
)  # fmt: skip
COUNTS = ("n", "at_risk", "events", "visitors", "users", "rows_in", "kept", "merged", "quarantined")
DAYS = ("days", "recency")
NUMBERS = ("k_ret", "hours_month", "orders_a_year", "orders_to_earn", "cost_score", "value_score")
FORMATS: dict[str, Writer] = {
    "rate": numbers.percent,
    "money": numbers.money,
    "days": numbers.days,
    "count": numbers.count,
    "number": numbers.number,
    "points": numbers.points,
}
NAMED = (
    "factor", "lever", "measure", "mode", "check", "rule", "threshold", "from_tier", "to_tier", "trait",
    "state", "origin", "flag", "problem", "denominator", "kind", "item", "estimator", "holds",
    "choice", "quadrant",
)  # fmt: skip


@dataclass(frozen=True)
class Cell:
    """One displayed column: its name and heading, a text and a flag a row, and the side it is set on."""

    name: str
    heading: str
    texts: list[str]
    unseen: list[bool]
    right: bool


def cells(frame: pd.DataFrame, columns: list[str] | None, units: Mapping[str, str]) -> list[Cell]:
    """The columns to show; `x`, `x_low` and `x_high` become `x` and its interval."""
    chosen = columns or [name for name in frame.columns if _stem(name, frame) is None]
    shown: list[Cell] = []
    for name in chosen:
        shown.append(_cell(frame, name, units))
        if _stem(name, frame) is None and {f"{name}_low", f"{name}_high"} <= set(frame.columns):
            shown.append(_interval(frame, name, units))
    if {"low", "high"} <= set(frame.columns) and not columns:
        shown = [cell for cell in shown if cell.name not in ("low", "high")]
        shown.append(_interval(frame, "", units))
    return shown


def _stem(name: str, frame: pd.DataFrame) -> str | None:
    """The column that `name` is a bound of, if it is one."""
    for end in ("_low", "_high"):
        if str(name).endswith(end) and str(name).removesuffix(end) in frame.columns:
            return str(name).removesuffix(end)
    return None


def _cell(frame: pd.DataFrame, name: str, units: Mapping[str, str]) -> Cell:
    values = frame[name]
    unseen = values.isna().tolist()
    writers = _by_row(frame, name) or [writer(name, values, units)] * len(frame)
    texts = [
        UNSEEN if blank else write(value) for write, value, blank in zip(writers, values, unseen, strict=True)
    ]
    right = pd.api.types.is_numeric_dtype(values) and not pd.api.types.is_bool_dtype(values)
    return Cell(str(name), heading(str(name)), texts, unseen, bool(right))


def _by_row(frame: pd.DataFrame, name: str) -> list[Writer] | None:
    """Before and after of a factor are in the factor's own unit."""
    if name not in ("before", "after") or "factor" not in frame.columns:
        return None
    return [factor_writer(factor) for factor in frame["factor"]]


def factor_writer(factor: str) -> Writer:
    """How a value of this factor is written.

    >>> factor_writer("close_rate")(0.5), factor_writer("orders_per_buyer")(1.2)
    ('50.0%', '1.20')
    """
    return FORMATS.get(kind(str(factor)), numbers.number)


def _interval(frame: pd.DataFrame, stem: str, units: Mapping[str, str]) -> Cell:
    """ "35.0–65.0%": both bounds in one column, 95 % between them."""
    low, high = (frame[f"{stem}_{end}" if stem else end] for end in ("low", "high"))
    unseen = (low.isna() | high.isna()).tolist()
    write = writer(stem or _measured(frame), low, units)
    texts = [
        UNSEEN if blank else _between(write(a), write(b))
        for a, b, blank in zip(low, high, unseen, strict=True)
    ]
    return Cell(f"{stem}_interval", _("95% interval"), texts, unseen, True)


def _measured(frame: pd.DataFrame) -> str:
    """The column that bare `low` and `high` belong to: the last rate, else the last column before them."""
    before = [str(name) for name in frame.columns[: list(frame.columns).index("low")]]
    return next((name for name in reversed(before) if kind(name) == "rate"), before[-1] if before else "rate")


def _between(low: str, high: str) -> str:
    if high.endswith("%") and not high.startswith("-"):
        return f"{low.removesuffix('%')}{' – ' if low.startswith('-') else '–'}{high}"
    return f"{low} – {high}"


def kind(name: str) -> str:
    """What a column measures, read from its name: rate, money, days, count or other.

    >>> [kind(name) for name in ("entry_rate", "median_days", "n_customers", "revenue", "step")]
    ['rate', 'days', 'count', 'money', 'other']
    """
    last = name.rsplit("_", 1)[-1]
    if name.startswith("n_"):
        return "count"
    if last in RATES or name.startswith("share_") or name in ("retained_adds", "orders_per_visitor"):
        return "rate"
    if name in MONEY_NAMES or last in MONEY or name.endswith("order_value"):
        return "money"
    if name != "within_days" and last in DAYS:
        return "days"
    if name in NUMBERS:
        return "number"
    return "count" if name in COUNTS else "other"


def writer(name: str, values: pd.Series, units: Mapping[str, str]) -> Writer:
    """How a value of this column is written: by `units` if it names the column, else by its name."""
    if pd.api.types.is_datetime64_any_dtype(values):
        return _month if bool((values.dropna().dt.day == 1).all()) else _date
    if not pd.api.types.is_numeric_dtype(values) or pd.api.types.is_bool_dtype(values):
        return channel_name if name == "channel" else heading if name in NAMED else str
    return FORMATS.get(units.get(name, kind(name)), _number)


def _month(value) -> str:
    return f"{value:%Y-%m}"


def _date(value) -> str:
    return f"{value:%Y-%m-%d}"


def _number(value) -> str:
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.4g}"
