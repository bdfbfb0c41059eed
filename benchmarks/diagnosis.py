"""Diagnosis: is the planted defect the first thing a report says, and are sound stores left alone?

Chains of ten stores are generated; in four of them one stage works at a fraction of its normal rate, in the
others nothing is planted, though all stores differ a little by nature. A store's findings are those of its
report (`findings.for_store`). A defect counts where its own base holds at least 300. `traffic` is not
planted: stores differ in size, and a small store is no ill store.

    python benchmarks/diagnosis.py --chains 50        # 500 stores, 200 of them with a defect
"""

import argparse
from collections.abc import Iterator
from datetime import date

import pandas as pd

END = date(2025, 6, 30)
WITHIN_DAYS = 90
ENOUGH = 300
STAGES = {"retain": "acquire", "close": "close", "repurchase": "repurchase", "order_value": "order_value"}
LEVERS = {"retain": "retained_adds", "close": "kept_close_rate", "repurchase": "repurchase_rate",
          "order_value": "order_value"}  # fmt: skip
N_STORES = 10


def diagnosed(number: int, *, factor: float, n_customers: int, industry: str = "mother_baby") -> pd.DataFrame:
    """One row a store of a generated chain: planted stage ("none" if sound), first finding's stage, base."""
    from opsmodel import benchmarks, findings
    from opsmodel.intake.sample import Defect, chain

    places = {f"S{1 + (number + 2 * place) % N_STORES:03d}": stage for place, stage in enumerate(STAGES)}
    defects = [Defect(store, stage, factor) for store, stage in places.items()]
    size = {"n_stores": N_STORES, "n_customers": n_customers, "end": END.isoformat()}
    sample = chain(industry, **size, defects=defects, seed=9000 + number)
    stores = sample.stores["store_id"].tolist()
    table = benchmarks.table(
        sample.customers, sample.orders, journeys(sample), as_of=END, within_days=WITHIN_DAYS,
        peers={store: [other for other in stores if other != store] for store in stores},
    )  # fmt: skip
    rows = table.set_index(["store_id", "lever"])
    found = []
    for store in stores:
        first, planted = findings.for_store(table, store)[0], places.get(store)
        base = rows.loc[(store, LEVERS[planted or "repurchase"]), "n"]
        said = first.stage if first.kind == "gap" else "nothing"
        found.append((number, store, STAGES[planted] if planted else "none", said, int(base)))
    return pd.DataFrame(found, columns=["chain", "store_id", "planted", "found", "n"])


def journeys(sample) -> pd.DataFrame:
    """The events a client's database derives: joined, and ordered once a purchase occasion."""
    paid = sample.orders[sample.orders["customer_id"].notna()]
    paid = paid[paid["amount"] > paid["refund_amount"]].sort_values("ordered_at")
    days = paid.assign(day=paid["ordered_at"].dt.date).drop_duplicates(["customer_id", "day"])
    joined = sample.customers.rename(columns={"joined_at": "happened_at", "store_id": "home_store_id"})
    ordered = days.rename(columns={"ordered_at": "happened_at"})
    columns = ["customer_id", "home_store_id", "event", "happened_at"]
    return pd.concat([joined.assign(event="joined")[columns], ordered.assign(event="ordered")[columns]])


def confusion(stores: pd.DataFrame) -> pd.DataFrame:
    """Planted stage by stage found first; sound stores of any size, others with a base of 300."""
    kept = stores[(stores["planted"] == "none") | (stores["n"] >= ENOUGH)]
    order = [*STAGES.values(), "none"]
    table = pd.crosstab(kept["planted"], kept["found"])
    return table.reindex(index=order, columns=[*order[:-1], "nothing"], fill_value=0)


def scores(stores: pd.DataFrame) -> dict[str, float]:
    """found_first: share of defects (base 300) ranked first; false_alarm: share of sound stores."""
    table = confusion(stores)
    sick = table.drop(index="none")
    hits = sum(int(sick.loc[stage, stage]) for stage in sick.index)
    sound = table.loc["none"]
    return {
        "n_defects": int(sick.to_numpy().sum()),
        "found_first": hits / max(int(sick.to_numpy().sum()), 1),
        "n_sound": int(sound.sum()),
        "false_alarm": 1 - int(sound["nothing"]) / max(int(sound.sum()), 1),
    }


def run(chains: int, **how) -> Iterator[pd.DataFrame]:
    for number in range(chains):
        yield diagnosed(number, **how)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--chains", type=int, default=50, help="chains of ten stores, four of them with a defect"
    )
    parser.add_argument(
        "--rows", type=int, default=0, help="ignored: what `make bench` gives every benchmark"
    )
    parser.add_argument("--factor", type=float, default=0.6, help="the defective stage works at this share")
    parser.add_argument("--customers", type=int, default=1000, help="contacts of an average store")
    given = parser.parse_args()
    stores = pd.concat(run(given.chains, factor=given.factor, n_customers=given.customers))
    print(f"{len(stores)} stores, {given.chains} chains; planted at {given.factor:g} of the normal rate")
    print(confusion(stores).to_string())
    print({name: round(value, 3) for name, value in scores(stores).items()})
