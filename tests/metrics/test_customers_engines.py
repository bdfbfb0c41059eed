"""The same client, the same answers: who customers are and what they are worth, on DuckDB and PostgreSQL."""

from datetime import date
from numbers import Number

import ibis
import numpy as np
import pandas as pd
import pytest
import two_engines

from opsmodel import channels, ladder, leads, referral, segments, value

AS_OF = two_engines.AS_OF
QUESTIONS = {
    "ltv": lambda c: value.ltv(c.orders, as_of=AS_OF, by="store_id"),
    "ltv since joining": lambda c: value.by_origin(c, origin="channel", since="joined", by="store_id"),
    "ltv by channel": lambda c: value.by_origin(c, origin="channel", measure="margin"),
    "ltv by first product": lambda c: value.by_origin(c, origin="product"),
    "teaching": lambda c: value.teaching(c.orders, as_of=AS_OF, by="store_id"),
    "summarize": lambda c: value.summarize(c.orders, as_of=AS_OF, unit="week", by="store_id"),
    "summarize margin": lambda c: value.summarize(c.orders, as_of=AS_OF, measure="margin"),
    "split": lambda c: value.split(c.orders, as_of=AS_OF, holdout_days=90),
    "concentration": lambda c: value.concentration(c.orders, as_of=AS_OF, by="home_store_id"),
    "lorenz": lambda c: value.lorenz(c.orders, as_of=AS_OF),
    "persistence": lambda c: value.persistence(c.orders, as_of=AS_OF, period_days=150),
    "svip": lambda c: value.svip(c.orders, as_of=AS_OF, by="store_id"),
    "svip at risk": lambda c: value.svip_at_risk(c.orders, as_of=AS_OF, by="store_id"),
    "model card": lambda c: value.model_card(c.orders, as_of=AS_OF),
    "scored": lambda c: value.from_card(CARD)[0].predict(value.summarize(c.orders, as_of=AS_OF), 26),
    "outlook": lambda c: value.outlook(c.orders, CARD, periods=26, as_of=AS_OF, by="store_id"),
    "tracking": lambda c: value.tracking(c.orders, as_of=AS_OF),
    "rfm": lambda c: segments.rfm(c.orders, as_of=AS_OF, by="store_id"),
    "rfm by cuts": lambda c: segments.rfm(c.orders, as_of=AS_OF, cuts=segments.chain_cuts(c)),
    "grid": lambda c: segments.grid(c.orders, as_of=AS_OF),
    "profile": segments.profile,
    "lifecycle": segments.lifecycle,
    "stages": lambda c: segments.stages(c, by="store_id"),
    "lint": segments.lint,
    "moves": lambda c: segments.moves(c, period_days=150, by="store_id"),
    "flows": lambda c: segments.flows(c, active_days=120, by="store_id"),
    "audiences": lambda c: segments.audiences(c, RULES, by="store_id"),
    "tags": lambda c: segments.audience(c, {"likes": ["tea"]}, tags=tags(c)),
    "assign": lambda c: segments.assign(c, RULES),
    "performance": lambda c: channels.performance(c, by="channel"),
    "performance of staff": lambda c: channels.performance(c, by=["store_id", "staff_id"]),
    "performance by the month": lambda c: channels.performance(c, by="store_id", booked="month"),
    "loss": channels.loss,
    "loss of bonds": lambda c: channels.loss(c, level="edge", by="staff_id"),
    "payback of channels": channels.payback,
    "add rate": lambda c: channels.add_rate(c, by="store_id"),
    "add rate of scans": lambda c: channels.add_rate(c, "scans"),
    "routing": channels.routing,
    "routing flows": channels.routing_flows,
    "attribution": lambda c: channels.attribution_table(c, by="store_id"),
    "attribution, lately": lambda c: channels.attribution(c, model="time_decay"),
    "touches": lambda c: channels.touches(c),
    "k factor": lambda c: referral.k_factor(c, by="store_id"),
    "k factor of sharers": lambda c: referral.k_factor(c, exposed="shared"),
    "tree": referral.tree,
    "tree of a store": lambda c: referral.tree(c.store("S2")),
    "problems": referral.problems,
    "referral revenue": lambda c: referral.revenue(c, within_days=90),
    "quality": lambda c: referral.quality(c, by="store_id"),
    "saturation": lambda c: referral.saturation(c, invites="scanned"),
    "flags": lambda c: referral.flags(c, burst=2, burst_hours=48),
    "partners": referral.partners,
    "incentives": lambda c: referral.incentives(c, tiers=[{"needs": 1, "pays": 8}]),
    "transitions": lambda c: ladder.transitions(c, by="store_id"),
    "climb": ladder.climb,
    "entrants": ladder.entrants,
    "payback of entrants": lambda c: ladder.payback(c, within_days=60),
    "next products": lambda c: ladder.next_products(c, min_support=5),
    "members": ladder.members,
    "score": leads.score,
    "backtest": lambda c: leads.backtest(c, n_groups=4),
    "precision": lambda c: leads.precision(c, capacity=5),
    "due again": leads.due_again,
    "win back": leads.win_back,
    "in rhythm": lambda c: leads.in_rhythm(c, by="store_id"),
    "overview": lambda c: leads.overview(c, by="store_id"),
}
RULES = {
    "big": {"spend": {"at_least": 300}, "is_contact": True},
    "milk": {"any": [{"categories": {"all_of": ["milk"]}}, {"events": ["replied"]}]},
    "known": {"not": {"channel": "till"}},
}
CARD = pd.DataFrame(
    [{"r": 0.9, "alpha": 12.0, "a": 0.7, "b": 3.0, "p": 4.0, "q": 3.0, "v": 60.0, "n_customers": 9}]
).assign(n_repeaters=5, model="mbg_nbd", unit="week", log_likelihood=-9.0, measure="revenue")


def tags(client):
    """Every customer tagged with what the last figure of the id says, on the client's engine."""
    people = client.customers
    last = people.customer_id.right(1)
    liked = ibis.cases((last < "4", "tea"), (last < "8", "milk"), else_="rice")
    return people.select("customer_id", tag_group=ibis.literal("likes"), tag=liked)


@pytest.fixture(scope="module")
def local():
    return two_engines.client(ibis.duckdb.connect())


@pytest.fixture(scope="module")
def remote(postgres_server):
    found = two_engines.client(postgres_server)
    postgres_server.raw_sql("ANALYZE").close()
    return found


@pytest.mark.parametrize("name", QUESTIONS)
def test_postgresql_gives_the_same_table_as_duckdb(local, remote, name):
    ask = QUESTIONS[name]
    expected = told(ask(local))
    assert len(expected)
    pd.testing.assert_frame_equal(expected, told(ask(remote)))


def told(answer) -> pd.DataFrame:
    """The answer as a frame; rows that come lazily, and so in any order, are put in one."""
    if isinstance(answer, pd.DataFrame):
        return alike(answer)
    found = alike(answer.execute())
    return found.sort_values(list(found.columns), ignore_index=True)


def alike(table: pd.DataFrame) -> pd.DataFrame:
    """Numbers, days and lists written alike: engines differ in 1 or 1.0, dates or times, order of lists."""
    return table.apply(lambda column: column.map(_written, na_action="ignore")).infer_objects()


def _written(cell):
    if isinstance(cell, list | np.ndarray):
        return " ".join(sorted(cell))
    if isinstance(cell, date):
        return str(pd.Timestamp(cell))
    return round(float(cell), 9) if isinstance(cell, Number) and not isinstance(cell, bool) else cell
