"""The pilot's two promises, on generated chains: false alarms near 5 %, a planted lift inside its interval.

Prints, by number of stores and estimator, the A/A rate (no effect planted) and the share of the 95 %
intervals that hold a planted +30 %, each with its Wilson interval; then the smallest lift that ten stores of
300 notice, by replay, and what the ten best stores of a month do by themselves in the next.

    python benchmarks/pilot.py --runs 500
"""

import argparse
import sys
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "metrics"))
from pilot_panels import chain, long, piloted

from opsmodel import pilot
from opsmodel.metrics.rates import wilson

SHAPES = ((12, 3), (40, 8), (120, 10))  # stores in the chain, of them in the pilot
LIFT = 0.3


def rates(runs: int, n: int, k: int) -> None:
    alarms, covered = [], []
    for seed in range(runs):
        history, treated = piloted(seed, lift=0.0, n=n, k=k)
        alarms.append((pilot.effect(history, treated=treated, start=12, draws=499)["p"] <= 0.05).tolist())
        history, treated = piloted(seed + runs, lift=LIFT, n=n, k=k)
        rows = pilot.effect(history, treated=treated, start=12, draws=499)
        covered.append(((rows["lift_rate_low"] <= LIFT) & (rows["lift_rate_high"] >= LIFT)).tolist())
    for place, name in enumerate(("did", "synthetic_control")):
        parts = [f"{n:5d} stores, {k:3d} in the pilot  {name:18s}"]
        for title, seen in (("A/A", alarms), ("+30 % covered", covered)):
            hits = int(np.sum(seen, axis=0)[place])
            low, high = (float(bound) for bound in wilson(hits, runs))
            parts.append(f"{title} {hits / runs:6.1%} ({low:.1%} to {high:.1%})")
        print("  ".join(parts), flush=True)


def selection(seed: int = 1) -> None:
    values = chain(seed, n=300, periods=26, noise=0.12, drift=0.0, sizes=0.0)
    past = long(values[:, :25])
    best = past[past["period"] == 24].nlargest(10, "value")["unit"].tolist()
    places = [int(unit[1:]) for unit in best]
    moved = np.log(values[:, 25] / values[:, 24])
    told = pilot.grade(past, stores=best, weeks=1, recent_periods=1)["change_expected"].iloc[0]
    came = np.expm1(moved[places].mean() - moved.mean())
    print(f"ten best of 300, no effect: foretold {told:+.1%}, came {came:+.1%}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--rows", type=int, default=0, help="not used; every benchmark takes it")
    runs = parser.parse_args().runs
    began = time.perf_counter()
    for n, k in SHAPES:
        rates(runs, n, k)
    found = pilot.power(long(chain(1, n=300, periods=60)), n=10, weeks=8)
    print(f"ten stores of 300, eight weeks: a lift from {found['mde'].iloc[0]:+.1%} on is noticed")
    selection()
    print(f"{time.perf_counter() - began:.0f} s")


if __name__ == "__main__":
    main()
