"""The benchmark of the diagnosis on two small chains: what is planted comes first, the sound are silent."""

import sys
from pathlib import Path

import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).parents[2] / "benchmarks"))

import diagnosis


@pytest.fixture(scope="module")
def stores():
    return pd.concat(diagnosis.run(2, factor=0.6, n_customers=600), ignore_index=True)


def test_the_planted_stage_is_ranked_first(stores):
    kept = stores[(stores["planted"] != "none") & (stores["n"] >= 200)]
    assert len(kept) >= 6
    assert (kept["planted"] == kept["found"]).mean() >= 0.9


def test_a_sound_store_gets_no_finding(stores):
    sound = stores[stores["planted"] == "none"]
    assert len(sound) == 12
    assert (sound["found"] == "nothing").sum() >= 11


def test_the_confusion_table_counts_only_bases_of_300_and_all_sound_stores():
    rows = [
        (0, "S001", "close", "close", 400),
        (0, "S002", "close", "nothing", 299),
        (0, "S003", "repurchase", "close", 300),
        (0, "S004", "none", "nothing", 10),
        (0, "S005", "none", "acquire", 900),
    ]
    table = pd.DataFrame(rows, columns=["chain", "store_id", "planted", "found", "n"])
    assert diagnosis.confusion(table).loc["close"].tolist() == [0, 1, 0, 0, 0]
    assert diagnosis.scores(table) == {"n_defects": 2, "found_first": 0.5, "n_sound": 2, "false_alarm": 0.5}
