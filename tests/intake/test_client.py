"""Client: what open_client gives, and what it says when it cannot."""

import subprocess
import sys
from datetime import date

import pytest

from opsmodel import open_client, wording
from opsmodel.errors import ClientError, IntakeError, TableError
from opsmodel.intake.build import intake

LINES = """\
订单号,商品编码,商品名称,产品层级,数量,金额
O1,P1,试用装,entry,1,19.90
O2,P2,正装,core,1,39.90
O3,P2,正装,core,3,120.00
"""

HOLD = """
import duckdb, sys
held = duckdb.connect(sys.argv[1])
print("held", flush=True)
sys.stdin.readline()
"""


def rows(table, *columns):
    return table.select(*columns).order_by(columns).execute().values.tolist()


def test_a_client_without_a_database_is_taken_in_first(client, capsys):
    shop = open_client(client())
    assert shop.n_customers == 3
    assert "no database yet" in capsys.readouterr().err


def test_the_orders_of_a_store_are_those_of_its_customers_and_its_anonymous_sales(chain):
    store = chain.store("S1")
    assert rows(store.orders, "order_id", "store_id") == [["O1", "S1"], ["O3", "S2"], ["O4", "S1"]]


def test_the_sales_of_a_store_are_the_orders_rung_up_in_it(chain):
    assert rows(chain.store("S2").sales, "order_id") == [["O2"], ["O3"]]


def test_the_chain_of_a_store_is_the_whole_client(chain):
    assert rows(chain.store("S1").chain.orders, "order_id") == [["O1"], ["O2"], ["O3"], ["O4"]]
    assert chain.store("S1").chain.store_ids == ["S1", "S2", "S3"]


def test_events_are_what_the_tables_imply(chain):
    events = rows(chain.events, "customer_id", "event", "store_id")
    assert events == [
        ["C1", "joined", "S1"],
        ["C1", "ordered", "S1"],
        ["C1", "ordered", "S2"],
        ["C1", "referred", "S1"],
        ["C2", "joined", "S2"],
        ["C2", "ordered", "S2"],
        ["C3", "joined", "S1"],
        ["C3", "left", "S1"],
    ]


def test_a_referrer_of_another_store_is_seen_from_the_referrers_store(chain):
    seen = {store: rows(chain.store(store).events, "customer_id", "event") for store in ("S1", "S2")}
    assert ["C1", "referred"] in seen["S1"]
    assert seen["S2"] == [["C2", "joined"], ["C2", "ordered"]]


def test_the_clients_own_events_stand_beside_the_derived(client):
    events = "客户ID,事件,发生时间\nC1,shared,2024-01-04 20:00:00\n"
    shop = open_client(client(events=events)).store("S1")
    assert ["C1", "shared"] in rows(shop.events, "customer_id", "event")


def test_one_purchase_occasion_is_one_ordered_event_at_its_first_valid_order(client):
    orders = """\
订单号,客户ID,门店编号,下单时间,实付金额,退款金额
O1,C1,S1,2024-01-05 09:00:00,10,10
O2,C1,S1,2024-01-05 10:30:00,20,0
O3,C1,S2,2024-01-05 18:30:00,30,0
O4,C1,S1,2024-01-06 12:00:00,50,50
"""
    events = open_client(client(orders=orders)).events
    ordered = events.filter(events.event == "ordered").execute()
    assert ordered[["customer_id", "store_id"]].values.tolist() == [["C1", "S1"]]
    assert str(ordered["happened_at"][0]) == "2024-01-05 10:30:00"


def test_a_stage_can_be_a_condition_on_a_table(client):
    stages = """\
stages:
  - {name: acquire, zh: 引流, event: joined}
  - {name: trial, zh: 体验, event: {table: order_lines, where: {tier: [entry]}}}
  - {name: full, zh: 正价, event: {table: order_lines, where: {tier: core}}}
loops: []
"""
    shop = open_client(client(engagement=stages, order_lines=LINES))
    assert shop.stages == {"acquire": "joined", "trial": "trial", "full": "full"}
    found = rows(shop.events, "customer_id", "event", "store_id")
    assert [row for row in found if row[1] in ("trial", "full")] == [
        ["C1", "full", "S2"],
        ["C1", "trial", "S1"],
        ["C2", "full", "S2"],
    ]


def test_stage_labels_are_in_the_language_spoken(chain):
    wording.use("zh")
    try:
        assert chain.stages == {"引流": "joined", "成交": "ordered", "复购": "ordered"}
        assert chain.loops == {"裂变": ("joined", "shared"), "转介绍": ("ordered", "referred")}
    finally:
        wording.use("en")
    assert chain.stages == {"acquire": "joined", "close": "ordered", "repurchase": "ordered"}


def test_peers_are_the_stores_alike_without_the_store_itself(client):
    rule = "peer_group: {columns: [format], min_peers: 1}\n"
    assert open_client(client(engagement=rule)).store("S1").peers.store_ids == ["S3"]


def test_too_few_peers_make_all_other_stores_the_peer_group(client):
    rule = "peer_group: {columns: [format], min_peers: 2}\n"
    assert open_client(client(engagement=rule)).store("S1").peers.store_ids == ["S2", "S3"]


def test_peers_hold_the_rows_of_their_stores(chain):
    peers = chain.store("S1").peers
    assert rows(peers.customers, "customer_id") == [["C2"]]
    assert rows(peers.orders, "order_id") == [["O2"]]


def test_a_missing_table_is_refused_with_the_export_that_unlocks_it(chain):
    assert (chain.has("traffic"), chain.has("orders")) == (False, True)
    with pytest.raises(TableError) as error:
        chain.traffic  # noqa: B018
    assert error.value.wrong == "shop has no traffic."
    assert "进店人数" in error.value.fix


def test_as_of_comes_from_the_call_then_the_engagement_then_the_last_order(client):
    folder = client()
    assert open_client(folder, as_of="2024-02-01").as_of == date(2024, 2, 1)
    assert open_client(folder).as_of == date(2024, 6, 30)
    (folder / "engagement.yaml").write_text("client: shop\ntimezone: Asia/Shanghai\n", encoding="utf-8")
    assert open_client(folder).as_of == date(2024, 3, 1)


def test_as_of_before_the_data_is_refused(chain):
    with pytest.raises(ClientError) as error:
        open_client(chain.folder, as_of="2023-12-31")
    assert error.value.found == "orders from 2024-01-05 to 2024-03-01"
    assert len(str(error.value).splitlines()) == 3


def test_a_store_that_does_not_exist_is_refused_with_a_near_one(chain):
    with pytest.raises(ClientError) as error:
        chain.store("S9")
    assert error.value.wrong == "shop has no store 'S9'."
    with pytest.raises(ClientError, match=r"fix: use S3\."):
        chain.store("天河店")


def test_a_chain_has_no_store_id(chain):
    assert (chain.store("S1").store_id, chain.store("S1").store_name) == ("S1", "南京西路店")
    with pytest.raises(ClientError, match="not narrowed"):
        chain.store_id  # noqa: B018


def test_a_database_open_for_writing_elsewhere_is_refused_by_reader_and_intake(client):
    folder = client()
    intake(folder, progress=False)
    before = (folder / "client.duckdb").read_bytes()
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(folder / "client.duckdb")],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    ) as writer:  # fmt: skip
        assert writer.stdout.readline() == "held\n"
        with pytest.raises(ClientError, match="is locked") as error:
            open_client(folder)
        with pytest.raises(ClientError, match="is locked"):
            intake(folder, force=True, progress=False)
        writer.communicate("\n")
    assert len(str(error.value).splitlines()) == 3
    assert (folder / "client.duckdb").read_bytes() == before


def test_a_damaged_database_is_refused_with_the_command_that_makes_it_again(client):
    folder = client()
    (folder / "client.duckdb").write_bytes(b"nothing of use" * 1000)
    with pytest.raises(ClientError) as error:
        open_client(folder)
    assert "--force" in error.value.fix
    assert len(str(error.value).splitlines()) == 3
    intake(folder, force=True, progress=False)
    assert open_client(folder).n_customers == 3


def test_a_reader_sees_the_new_database_after_an_intake(client):
    folder = client()
    old = open_client(folder)
    client(orders="订单号,客户ID,门店编号,下单时间,实付金额\nO9,C1,S1,2024-05-05 10:30:00,7\n")
    intake(folder, progress=False)
    assert rows(open_client(folder).orders, "order_id") == [["O9"]]
    assert rows(old.orders, "order_id") == [["O1"], ["O2"], ["O3"], ["O4"]]


def test_a_changed_stage_is_seen_at_the_next_opening(client, capsys):
    folder = client()
    assert "closed" not in rows(open_client(folder).events, "event")
    client(engagement="title: The shop\n")
    capsys.readouterr()
    assert open_client(folder).title == "The shop"
    assert "changed" not in capsys.readouterr().err
    client(engagement="stages: [{name: closed, event: {table: orders, where: {store_id: S2}}}]\nloops: []\n")
    assert [
        row for row in rows(open_client(folder).events, "customer_id", "event") if row[1] == "closed"
    ] == [["C1", "closed"], ["C2", "closed"]]
    assert "engagement.yaml has changed" in capsys.readouterr().err


def test_a_failing_intake_of_a_new_client_says_why(client):
    with pytest.raises(IntakeError, match="no export of shop holds orders"):
        open_client(client(orders=None))
