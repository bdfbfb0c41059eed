"""What a store's page tells the index and the chain: its headline numbers and its findings."""

from collections.abc import Sequence

import pandas as pd

from opsmodel import numbers
from opsmodel.advice import lever_words
from opsmodel.advice.finding import Finding
from opsmodel.advice.levers import LEVERS
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.wording import _

FEWEST_STORES = 6  # in a chain, for a pilot of two with others to compare
HEADLINE = ("retained_adds", "close_rate", "repurchase_rate", "order_value", "orders_per_buyer")


def headline(benchmarks: pd.DataFrame, store_id: str) -> dict[str, dict]:
    """Lever -> label, value, low, high, n and format, for the levers whose base is at least 30.

    benchmarks  the table of `benchmarks.stores`

    A smaller base gives a value of None: an index would rank it.
    """
    rows = {row["lever"]: row for row in benchmarks[benchmarks["store_id"] == store_id].to_dict("records")}
    return {name: _number(name, rows[name]) for name in HEADLINE if name in rows}


def published(shop, benchmarks: pd.DataFrame, found: Sequence[Finding]) -> dict:
    """The numbers on the page of one store, as its metrics.json holds them."""
    return {
        **about(shop),
        "headline": headline(benchmarks, shop.store_id),
        **_told(found),
    }


def about(shop) -> dict:
    """Whose page it is, of which day, and how far its data can be trusted: what every page publishes."""
    return {
        "store_id": shop.store_id,
        "store_name": shop.store_name,
        "grade": shop.grade,
        "n_customers": shop.n_customers,
        "as_of": shop.as_of.isoformat(),
    }


def no_comparison(periods: pd.DataFrame) -> str:
    """Why revenue is not compared over time, or nothing: a period has fewer than 30 buyers.

    periods  the table of `growth.periods`
    """
    counted = "n_orders" if len(periods) and periods["n_buyers"].isna().all() else "n_buyers"
    fewest = periods[counted].fillna(0).min() if len(periods) else 0
    if fewest >= SMALLEST_BASE:
        return ""
    return _(
        "This chapter is left out: one of the two periods has too few buyers ({n}), and below {least} a "
        "change is mostly chance.",
        n=numbers.count(fewest),
        least=SMALLEST_BASE,
    )


def _told(found: Sequence[Finding]) -> dict:
    """The findings, or the note that stands in their place where nothing can be said yet."""
    if len(found) == 1 and found[0].kind in ("small_base", "no_peers", "nothing_yet"):
        return {"note": found[0].claim}
    return {"findings": [finding.summary() for finding in found if finding.kind == "gap"]}


def claim(found: Sequence[Finding]) -> str:
    """The findings in one sentence: how many gaps, and what they are worth together."""
    gaps = [finding for finding in found if finding.kind == "gap"]
    if not gaps:
        return found[0].claim
    total = sum(gap.money for gap in gaps)
    values = {"n": len(gaps), "money": numbers.money(total)}
    if len(gaps) == 1:
        return _(
            "One gap to the best quarter of the peers, worth about {money} a year.", money=values["money"]
        )
    return _("{n} gaps to the best quarter of the peers, together worth about {money} a year.", **values)


def too_few(n: float) -> str:
    """Why a chapter is left out, or nothing: its base is below 30."""
    n = 0 if pd.isna(n) else int(n)
    if n >= SMALLEST_BASE:
        return ""
    return _(
        "This chapter is left out: too few customers are old enough for its window ({n}), and below {least} "
        "a figure is mostly chance.",
        n=n,
        least=SMALLEST_BASE,
    )


def few_stores(n: int) -> str:
    """Why there is no pilot to plan, or nothing: the chain has fewer than six stores."""
    if n >= FEWEST_STORES:
        return ""
    return _(
        "This chapter is left out: the chain is too small (stores: {n}); whatever is drawn leaves too few to "
        "compare with.",
        n=numbers.count(n),
    )


def no_pilot(running: dict | None, effect: pd.DataFrame) -> str:
    """Why there is no verdict, or nothing: no pilot or wave has begun, or it cannot be compared yet.

    running  what `decisions.running` returns
    effect   the table of `pilot.measured`
    """
    if not running:
        return _("This chapter is left out: no pilot is registered, and no wave has started.")
    if len(effect):
        return ""
    return _(
        "This chapter is left out: the pilot cannot be judged yet. That takes three whole weeks before its "
        "start, one after it, and two other stores to compare with, seen in all of these weeks."
    )


def cut_values(cuts: pd.DataFrame) -> pd.DataFrame:
    """One row per measure of RFM: where each score begins, written in its unit.

    cuts  the table of `segments.chain_cuts`

    Returns measure, then a column a score.
    """
    write = {"spend": numbers.money}
    wide = cuts.pivot(index="measure", columns="score", values="cut").rename(columns=str)
    written = [
        [measure, *(write.get(str(measure), numbers.count)(value) for value in row)]
        for measure, row in zip(wide.index, wide.to_numpy(), strict=True)
    ]
    return pd.DataFrame(written, columns=["measure", *wide.columns])


def _number(lever: str, row) -> dict:
    kinds = {"order_value": "money", "orders_per_buyer": "number"}
    told = row["n"] >= SMALLEST_BASE
    columns = {"value": "value", "low": "value_low", "high": "value_high"}
    seen = {name: _plain(row[column]) if told else None for name, column in columns.items()}
    kind = "percent" if LEVERS[lever].is_rate else kinds[lever]
    return {"label": lever_words.name(lever), **seen, "n": int(row["n"]), "format": kind}


def _plain(value: float) -> float | None:
    return None if pd.isna(value) else round(float(value), 6)


def levers(benchmarks: pd.DataFrame, store_id: str) -> pd.DataFrame:
    """One row per lever of the path: this store beside its peers, written out, for people to read.

    Returns lever, n (base), this_store, interval, peers (pooled), best_quarter (P75 of the peers) and
    beyond_noise (yes or no at a false discovery rate of 5 %).
    """
    rows = benchmarks[benchmarks["store_id"] == store_id]
    return pd.DataFrame([_lever(row) for row in rows.to_dict("records")])


def _lever(row) -> dict:
    show = lever_words.figure(row["lever"])
    interval = f"{show(row['value_low'])} – {show(row['value_high'])}" if row["n"] else numbers.UNSEEN
    return {
        "lever": lever_words.name(row["lever"]),
        "n": row["n"],
        "this_store": show(row["value"]),
        "interval": interval,
        "peers": show(row["peer_value"]),
        "best_quarter": show(row["peer_p75"]),
        "beyond_noise": _("yes") if row["is_flagged"] else _("no"),
    }
