"""What a page says about its own data."""

import pytest

from opsmodel import open_client, provenance, wording


@pytest.fixture(scope="module")
def store():
    return open_client("demo").store("S001")


def test_a_chapter_the_data_carries_is_not_left_out(store):
    assert provenance.lacks(store, "funnel") == ""


def test_a_chapter_the_data_lacks_names_the_column_in_the_language_spoken(chain):
    bare = chain.store("S1")  # three exports, no tasks
    assert "tasks.due_at" in provenance.lacks(bare, "sop")
    wording.use("zh")
    try:
        assert "任务·应完成时间" in provenance.lacks(bare, "sop")
    finally:
        wording.use("en")


def test_the_ledger_of_a_page_balances(store):
    rows = provenance.ledger(store)
    assert (rows["rows_in"] == rows["kept"] + rows["merged"] + rows["quarantined"]).all()
    assert rows["rows_in"].sum() > 30_000


def test_the_limits_come_most_serious_first(store):
    weights = provenance.limits(store)["weight"].tolist()
    assert weights == sorted(weights, key=["serious", "warning", "note"].index)
    assert provenance.limits(store)["limit"].str.contains("Identified share").any()


def test_the_sources_name_store_day_and_data_version(store):
    rows = provenance.sources(store).set_index("source")["value"]
    assert rows["Last day observed"] == store.as_of.isoformat()
    assert rows["Data version"] == store.data_version
    assert rows["Store"].startswith("S001 ")
