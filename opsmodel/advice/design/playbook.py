"""From findings to plays: what to do, who does it, what shall move how far, what it costs and brings."""

from collections.abc import Iterable, Sequence
from math import isnan, nan

import pandas as pd

from opsmodel import numbers
from opsmodel.advice import lever_words
from opsmodel.advice.design.plays import CHECKLIST, Play, Playbook, post, read
from opsmodel.advice.finding import Finding
from opsmodel.wording import _

__all__ = [
    "CHECKLIST",
    "Play",
    "Playbook",
    "answers",
    "catalogue",
    "costs",
    "for_findings",
    "of",
    "post",
    "read",
    "sheets",
    "told",
]

YEAR_MONTHS = 12
TOLD = ["play_name", "owner", "kpi", "today_to_reached", "worth", "cost", "covered", "weeks"]
COLUMNS = [
    *("finding", "kind", "lever", "play", "play_name", "stage", "owner", "kpi"),
    *("today", "target_low", "target_high"),
    *("money", "money_low", "money_high", "cost", "hours_month", "break_even_share", "weeks", "needs"),
]  # fmt: skip


def of(client) -> Playbook:
    """The plays of a client: the bundled ones, with the changes of its own playbook.yaml.

    Costs typed in another currency than the client's count as not known. Errors as in `plays.read`.
    """
    return read(client.folder)


def answers(finding: Finding, playbook: Playbook, trade: str = "") -> list[Play]:
    """The plays that answer a finding: those that name its kind, else its lever, else its stage.

    A finding that asks for nothing (no action) is answered only by plays that name its kind.

    trade  frequent, between or rare (see `plan.trade`): plays for other trades are left out
    """
    plays = [play for play in playbook.plays if play.suits(trade)]
    named = [play for play in plays if finding.kind in play.kinds]
    if named or not (finding.action or finding.lever):
        return named
    lever = [play for play in plays if finding.lever in play.levers]
    if finding.lever and lever:
        return sorted(lever, key=lambda play: play.levers.index(finding.lever))
    stage = [play for play in plays if play.stage == finding.stage]
    return stage or [play for play in plays if play.stage == "base"]


def for_findings(
    findings: Iterable[Finding],
    chain: pd.DataFrame | None = None,
    store_id: str = "",
    *,
    playbook: Playbook,
    currency: str = "",
    trade: str = "",
    most: int = 2,
) -> pd.DataFrame:
    """One row per finding and play that answers it, the findings in their order, the first play first.

    What a play may bring is the finding's own money: what closing the gap to the peers' best quarter is
    worth a year. Plays of one finding share that money; it is not theirs each. What it costs is reckoned from
    the store's own flow. `break_even_share` is the part of the gap that must be closed to pay for the play.

    findings  of `findings.for_store` and others
    chain     the table of `benchmarks.stores`: for targets and for the flow that costs follow
    store_id  the store
    playbook  of `of` or `plays.read`
    currency  the client's; where the playbook's is another, costs are NaN
    trade     how often the chain's customers buy, of `plan.trade`: plays for other trades are left out
    most      plays a finding

    Returns finding (its claim), kind, lever, play (id), play_name, stage, owner, kpi, today (shrunken level
    of the finding's lever), target_low and target_high (what the peers reach together and their best
    quarter, the smaller first and never below today; NaN where the store is there already), money, money_low
    and money_high (a year), cost (the first year, client currency), hours_month (staff time),
    break_even_share, weeks (to prepare + to run), needs. NaN where something could not be reckoned.
    """
    rows = _own(chain, store_id)
    flow = _flow(rows, chain)
    known = playbook.currency == (currency or playbook.currency)
    found = []
    for finding in findings:
        for play in answers(finding, playbook, trade)[:most]:
            cost, hours = costs(play, flow, playbook.hour_cost)
            cost = cost if known else nan
            worth = finding.money if finding.money > 0 else nan
            texts = [play.id, play.words.name, play.stage, post(play.owner), play.words.kpi]
            money = [finding.money, finding.money_low, finding.money_high]
            weeks = f"{play.weeks[0]} + {play.weeks[1]}"
            target = _target(rows, finding.lever)
            told = [finding.claim, finding.kind, finding.lever, *texts, *target, *money]
            found.append([*told, cost, hours, cost / worth, weeks, play.words.needs])
    return pd.DataFrame(found, columns=COLUMNS)


def told(table: pd.DataFrame) -> pd.DataFrame:
    """The table of `for_findings` written out, each figure in the unit of its lever, each play once.

    Returns play_name, owner, kpi, today_to_reached ("32.2% → 52.7% – 59.2%"), worth (with its interval),
    cost, covered (the part of the gap that pays for the play) and weeks.
    """
    rows = table.drop_duplicates("play").to_dict("records")
    return pd.DataFrame([_told(row) for row in rows], columns=TOLD)


def _told(row) -> list[str]:
    show = lever_words.figure(row["lever"]) if row["lever"] else numbers.number
    target = worth = numbers.UNSEEN
    if not isnan(row["target_high"]):
        low, high = show(row["target_low"]), show(row["target_high"])
        target = f"{show(row['today'])} → {low if low == high else f'{low} – {high}'}"
    if not isnan(row["money"]):
        bounds = f"{numbers.money(row['money_low'])} – {numbers.money(row['money_high'])}"
        worth = _("{money} ({bounds})", money=numbers.money(row["money"]), bounds=bounds)
    cost, covered = numbers.money(row["cost"]), numbers.percent(row["break_even_share"])
    return [row["play_name"], row["owner"], row["kpi"], target, worth, cost, covered, row["weeks"]]


def costs(play: Play, flow: dict[str, float], hour_cost: float) -> tuple[float, float]:
    """What a play costs in its first year, and the hours of staff time a month.

    flow  times a year that each unit of cost occurs: add, buyer, returning, month, once, …
    """
    times = [(cost, flow[cost.per]) for cost in play.cost]
    hours = sum(cost.minutes / 60 * n for cost, n in times)
    return sum(cost.amount * n for cost, n in times) + hours * hour_cost, hours / YEAR_MONTHS


def sheets(table: pd.DataFrame, playbook: Playbook) -> list[Play]:
    """The plays of a table of `for_findings`, each once, in its order; each shows itself on a page."""
    return [playbook[play] for play in dict.fromkeys(table["play"])]


def catalogue(playbook: Playbook, stages: Sequence[str] = ()) -> pd.DataFrame:
    """One row per play: name, stage, levers it moves, owner, KPI.

    stages  only these, in their order; default: all, along the path, the ground last

    >>> len(catalogue(read())) >= 25
    True
    """
    order = list(stages) or ["acquire", "share", "close", "repurchase", "refer", "base"]
    rows = [
        [play.id, play.words.name, play.stage, _(", ").join(lever_words.name(x) for x in play.levers),
         post(play.owner), play.words.kpi]
        for stage in order for play in playbook.plays if play.stage == stage
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=["play_id", "play_name", "stage", "levers", "owner", "kpi"])


def _own(chain: pd.DataFrame | None, store_id: str) -> pd.DataFrame:
    if chain is None:
        return pd.DataFrame(columns=["shrunken", "peer_value", "peer_p75", "per_year"])
    return chain[chain["store_id"] == store_id].set_index("lever")


def _flow(rows: pd.DataFrame, chain: pd.DataFrame | None) -> dict[str, float]:
    """How often a year each unit of cost occurs in the store."""
    adds, buyers = _at(rows, "kept_close_rate", "per_year"), _at(rows, "first_order_value", "per_year")
    stores = 1 if chain is None else max(1, chain["store_id"].nunique())
    return {
        "add": adds,
        "buyer": buyers,
        "returning": buyers * _at(rows, "repurchase_rate", "shrunken"),
        "month": YEAR_MONTHS,
        "once": 1,
        "chain_month": YEAR_MONTHS / stores,
        "chain_once": 1 / stores,
    }


def _target(rows: pd.DataFrame, lever: str) -> tuple[float, float, float]:
    """Today, and the range that peers have reached; no range where the store is there."""
    today, peers, best = (_at(rows, lever, name) for name in ("shrunken", "peer_value", "peer_p75"))
    if isnan(today) or not best > today:
        return today, nan, nan
    low, high = sorted([max(today, peers), best])
    return today, low, high


def _at(rows: pd.DataFrame, lever: str, column: str) -> float:
    return float(rows[column].get(lever, nan))
