"""From the client's number to ours: keep one more rule at each step, and see by how much it moves."""

from collections.abc import Collection, Iterable
from datetime import date
from itertools import combinations
from math import nan

import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake.contract import day
from opsmodel.metrics.reconcile.figures import Question, figure
from opsmodel.metrics.reconcile.rules import applying

RATES = ("repurchase_rate",)


def walk(
    client,
    measure: str = "repurchase_rate",
    *,
    reported: float | None = None,
    since=None,
    within_days: int | None = None,
    broken: Iterable[str] | None = None,
    screen_ids=None,
    contacts=None,
) -> pd.DataFrame:
    """The waterfall from the number on the client's screen to ours, for the chain or the store in scope.

    client       the chain, or a client narrowed to one store
    measure      repurchase_rate, buyers, revenue (net, of known customers) or retained_adds
    reported     the number on the screen, a rate as a share (0.31); None: what such a screen would show
    since        first day of the screen's calendar period; default: of the calendar quarter of `as_of`
    within_days  our rolling window; default: the engagement's
    broken       rules the screen does not keep, of `RULES`; default: all that matter for the measure
    screen_ids, contacts
                 ids and adds as the screen has them, to see duplicates; see `steps`

    Columns, order of the steps and errors are those of `steps`.

    >>> walk(open_client("demo"), "revenue", reported=812_000)  # doctest: +SKIP
    """
    whole = client.chain
    tables = {"orders": whole.orders, "customers": whole.customers}
    return steps(
        tables | {"screen_ids": screen_ids, "contacts": contacts},
        measure=measure,
        as_of=client.as_of,
        reported=reported,
        since=since,
        within_days=client.engagement.windows.within_days if within_days is None else within_days,
        broken=broken,
        stores=None if client.narrowed is None else client.store_ids,
    )


def steps(
    tables: dict,
    *,
    measure: str,
    as_of,
    reported: float | None = None,
    since=None,
    within_days: int = 90,
    broken: Iterable[str] | None = None,
    stores: Collection[str] | None = None,
) -> pd.DataFrame:
    """One row per bar of the waterfall: the screen's number, what cannot be explained, each rule, our number.

    The measure is computed again with every broken rule, then with one rule more kept at each step, in the
    order of `MEASURES[measure]`, until all are: then it is ours. A bar is the difference of two such
    computations, so the bars sum exactly to the difference. How large a single bar is depends on the order
    where two rules touch the same customers; the order is therefore always the same.

    tables       orders (order_id, customer_id, store_id, home_store_id, ordered_at, amount, refund_amount if
                 there) of the whole chain; for retained_adds customers; for duplicates screen_ids (order_id,
                 customer_id as the screen has it) or contacts (customer_id, joined_at: one row an add as the
                 screen counts it)
    measure, reported, since, within_days, broken
                 as in `walk`
    as_of        last day observed, inclusive
    stores       home stores in scope; None for the chain

    Returns measure, bar ("screen" and "unexplained", or "usual_screen" where no number was reported; then the
    rules; "ours" last), contribution (NaN for the two ends, and for a rule that could not be seen:
    duplicates without their table), level (the measure after the bar), k and n (what the level is made of:
    customers behind a rate; n = 1 for a sum; NaN for "screen").
    Raises ArgumentError for an unknown measure or rule, a rate outside 0 to 1, a window that is no number of
    days or a period that begins after `as_of`; TableError if a column is missing.
    Source: standard algebra; the rules are those in which tills and community tools differ from cohort
    definitions, and Youzan's help page for the branches.

    >>> from opsmodel.intake.example import seven_customer_shop
    >>> table = steps({"orders": seven_customer_shop().orders}, measure="revenue", as_of="2024-06-30",
    ...               since="2024-01-01", within_days=182, reported=1400.0)
    >>> table[["bar", "contribution"]].round(2).values.tolist()  # doctest: +NORMALIZE_WHITESPACE
    [['screen', nan], ['unexplained', 27.3], ['anonymous', -45.0], ['refunds', -180.0],
     ['cross_store', 0.0], ['calendar', 0.0], ['ours', nan]]
    """
    asked = _question(tables, stores, as_of, since, within_days, reported, measure)
    rules = applying(measure, broken)
    seen = [rule for rule in rules if rule != "duplicates" or asked.sees_duplicates(measure)]
    levels = [figure(measure, asked, seen[place:]) for place in range(len(seen) + 1)]
    values = [_value(*level) for level in levels]
    shown = values[0] if reported is None else float(reported)
    rows: list[tuple] = [("usual_screen", nan, shown, *levels[0])]
    if reported is not None:
        rows = [("screen", nan, shown, nan, nan), ("unexplained", values[0] - shown, values[0], *levels[0])]
    for rule in rules:
        if rule not in seen:
            rows.append((rule, nan, rows[-1][2], *rows[-1][3:]))
            continue
        place = seen.index(rule)
        rows.append((rule, values[place + 1] - values[place], values[place + 1], *levels[place + 1]))
    rows.append(("ours", nan, values[-1], *levels[-1]))
    table = pd.DataFrame(rows, columns=["bar", "contribution", "level", "k", "n"])
    return table.assign(measure=measure)[["measure", "bar", "contribution", "level", "k", "n"]]


def likely(
    tables: dict, *, measure: str, as_of, reported: float, since=None, within_days: int = 90, stores=None
) -> pd.DataFrame:
    """Which rules the screen most likely breaks: every combination, the closest to its number first.

    A hint of what to ask the client's IT, not a proof: several combinations may come as close.

    Arguments and errors as in `steps`; `reported` is needed.

    Returns rules (names joined by " + ", "" for none), n_rules, level (what such a screen would show) and
    off (level − reported); of equal ones, fewer rules first.
    """
    asked = _question(tables, stores, as_of, since, within_days, reported, measure)
    rules = [r for r in applying(measure, None) if r != "duplicates" or asked.sees_duplicates(measure)]
    found = [
        (" + ".join(chosen), len(chosen), _value(*figure(measure, asked, chosen)))
        for size in range(len(rules) + 1)
        for chosen in combinations(rules, size)
        if not {"calendar", "immature"} <= set(chosen)  # a calendar period knows no window to be over
        or measure == "retained_adds"
    ]
    table = pd.DataFrame(found, columns=["rules", "n_rules", "level"]).assign(
        off=lambda t: t["level"] - float(reported)
    )
    order = table["off"].abs().round(12).fillna(float("inf"))
    return table.iloc[order.argsort(kind="stable")].reset_index(drop=True)


def _question(tables, stores, as_of, since, within_days, reported, measure) -> Question:
    last = day(as_of)
    start = _quarter(last) if since is None else day(since)
    if start > last:
        raise ArgumentError(
            "the period of the screen begins after the last day observed.",
            found=f"since {start}, as_of {last}",
            fix="give the first day of the period that the screen shows.",
        )
    if isinstance(within_days, bool) or int(within_days) != within_days or within_days < 1:
        raise ArgumentError(
            "a window is a whole number of days, 1 or more.",
            found=repr(within_days),
            fix="write within_days=90.",
        )
    applying(measure, None)
    if reported is not None and measure in RATES and not 0 <= float(reported) <= 1:
        raise ArgumentError(
            "a rate on a screen lies between 0 and 1.",
            found=repr(reported),
            fix="write 31.5 % as 0.315.",
        )
    return Question(dict(tables), stores, last, start, int(within_days))


def _quarter(last: date) -> date:
    return date(last.year, 3 * ((last.month - 1) // 3) + 1, 1)


def _value(k: float, n: float) -> float:
    return k / n if n else nan
