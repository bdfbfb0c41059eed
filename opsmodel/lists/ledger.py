"""The ledger of a list: who was on it when, and on which side; kept at home, for the reckoning later."""

from pathlib import Path

import pandas as pd
from filelock import FileLock

from opsmodel.lists.files import replace

HOME = "lists"  # in the client's folder
COLUMNS = ["list_id", "store_id", "staff_id", "held_out", "listed_on", "reason"]


def lock(path: Path) -> FileLock:
    """Held while sides are drawn and files written: two runs cannot put one person on both sides."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(f"{path}.lock")


def read(path: Path) -> pd.DataFrame:
    """The ledger so far; empty if the list is new."""
    if not path.is_file():
        return pd.DataFrame(columns=COLUMNS, dtype="str")
    return pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)


def sides(entries: pd.DataFrame) -> dict[str, bool]:
    """list id -> held out, as first drawn."""
    first = entries.drop_duplicates("list_id")
    return dict(zip(first["list_id"], first["held_out"] == "yes", strict=True))


def add(path: Path, entries: pd.DataFrame, new: pd.DataFrame) -> None:
    """Write the ledger with the new edition; the same edition again changes nothing."""
    whole = pd.concat([entries, new[COLUMNS]], ignore_index=True)
    whole = whole.drop_duplicates(["list_id", "listed_on"], keep="first")
    replace(path, whole.to_csv(index=False).encode("utf-8-sig"))
