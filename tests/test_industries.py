"""Mother-and-baby, jewellery and tea: three trades, three stories, told from their orders alone."""

import pytest

from opsmodel import design, findings, plan, playbook, repurchase
from opsmodel.advice.finding import Finding
from opsmodel.intake.sample import chain

AS_OF = "2025-06-30"
TRADES = {
    # gap between purchases, does 90 days fit, price rule, days the follow-up of a new customer reaches
    "mother_baby": ("frequent", "window_fits", "price_frequent", 90),
    "jewellery": ("rare", "window_short", "price_rare", 364),
    "tea": ("frequent", "window_long", "price_frequent", 90),
}
CLOSING = Finding("gap", "close", "", "", lever="kept_close_rate")
BASKET = Finding("gap", "repurchase", "", "", lever="repeat_order_value")


@pytest.fixture(scope="module", params=sorted(TRADES))
def story(request):
    """The trade, and the orders of its known customers in two years of two stores."""
    orders = chain(request.param, n_stores=2, n_customers=600, start="2023-07-01", end=AS_OF, seed=7).orders
    return request.param, orders[orders["customer_id"].notna()]


def test_each_trade_has_its_own_rhythm_window_price_rule_and_reach_of_the_plan(story):
    name, orders = story
    buying = design.buying(orders, as_of=AS_OF)
    trade = plan.trade(buying)
    told = (
        trade,
        findings.window_fits(repurchase.survival(orders, as_of=AS_OF), 90).kind,
        findings.price_rule(buying, buying).kind,
        plan.pace(trade, within_days=90).horizon,
    )
    assert told == TRADES[name]


def test_a_play_is_offered_only_to_trades_it_suits(story):
    name, orders = story
    trade, book = plan.trade(design.buying(orders, as_of=AS_OF)), playbook.read()
    offered = {play.id for finding in (CLOSING, BASKET) for play in playbook.answers(finding, book, trade)}
    assert ("entry_product" in offered) == (name != "jewellery")  # a cheap first price needs a next purchase
    assert ("bundles" in offered) == (name == "jewellery")  # else it sells at once what would come anyway
