"""The engagement's ledger: what was decided, when, by whom; lines are only ever added.

data/<client>/decisions.jsonl holds one decision a line. A report reads it and never writes it; a decision
enters by an explicit call, and is undone by a further line.
"""

import json
import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
from filelock import FileLock

from opsmodel.errors import ArgumentError, EngagementError
from opsmodel.intake.client import Client
from opsmodel.intake.contract import day
from opsmodel.intake.kpis import PILOT_KPIS, check_target

FILE = "decisions.jsonl"
HEAD = ["id", "kind", "recorded_at", "as_of"]
FIELDS = {
    "pilot": ["stores", "start", "end", "weeks", "kpi", "smallest_effect", "stop_rule", "owner", "late"],
    "target": ["store_id", "kpi", "target", "due_on", "owner"],
    "play": ["store_id", "play", "finding", "start", "owner"],
    "withdrawal": ["line", "reason"],
}


def register_pilot(
    client: Client,
    *,
    stores=(),
    start=None,
    weeks: int = 0,
    kpi: str = "",
    smallest_effect: float = 0.0,
    stop_rule: str = "",
    owner: str = "",
    late: bool = False,
) -> str:
    """Register a pilot before it starts; returns the id of its line.

    stores           stores of the pilot
    start            its first day, after the client's as_of: nobody has seen a number of it yet
    weeks            its length, fixed beforehand
    kpi              what decides, one of `kpis.PILOT_KPIS` (see `pilot.history`)
    smallest_effect  smallest lift worth having: 0.1 is +10 %
    stop_rule        what ends it early, in words
    owner            who answers for it
    late             True registers a pilot whose start has been seen; the verdict then says so

    Raises ArgumentError if a field is missing, a store or the KPI is unknown, a number cannot be, or the
    start has been seen.

    >>> register_pilot(client, stores=["S001"], start="2025-07-07", weeks=8, kpi="revenue",
    ...     smallest_effect=0.1, stop_rule="…", owner="COO")  # doctest: +SKIP
    """
    named = [stores] if isinstance(stores, str) else sorted(set(stores))
    told = {"stores": named, "start": start, "weeks": weeks, "kpi": kpi, "smallest_effect": smallest_effect}
    _whole("a pilot", told | {"stop_rule": stop_rule, "owner": owner})
    _stores(client, named)
    if weeks != int(weeks) or weeks < 1 or not 0 < smallest_effect < 10:
        raise ArgumentError(
            "a pilot lasts whole weeks and is after a lift above 0.",
            found=f"weeks {weeks}, smallest_effect {smallest_effect}",
            fix="give weeks such as 8 and a lift such as 0.1 for +10 %.",
        )
    if kpi not in PILOT_KPIS:
        raise ArgumentError(
            "no pilot is judged by this KPI.", found=repr(kpi), fix=f"use one of {list(PILOT_KPIS)}."
        )
    begins = day(start)
    seen = begins <= client.as_of
    if seen and not late:
        raise ArgumentError(
            "this pilot has begun: registered now, its numbers could have chosen its goal.",
            found=f"start {begins}, data seen up to {client.as_of}",
            fix="register before the start, or pass late=True; the verdict will say so.",
        )
    told |= {
        "start": begins.isoformat(),
        "end": (begins + timedelta(days=7 * int(weeks) - 1)).isoformat(),
        "stop_rule": stop_rule,
        "owner": owner,
        "late": seen,
    }
    return _add(client, "pilot", told)


def set_target(client: Client, *, kpi: str, target: float, due_on, owner: str, store_id: str = "") -> str:
    """Write down a target for a store, or for all where no store is named; returns the line's id.

    kpi       sop_on_time, retained_Nd, close_Nd or repurchase_Nd (see `kpis.parse`)
    target    share of the cases: 0.35 is 35 %
    due_on    day by which it shall be reached
    owner     who answers for it

    Raises ArgumentError if a field is missing, the store or the KPI is unknown, or the target is no share.

    >>> set_target(client, kpi="close_90d", target=0.35, due_on="2025-12-31", owner="COO")  # doctest: +SKIP
    """
    _whole("a target", {"kpi": kpi, "target": target, "due_on": due_on, "owner": owner})
    _stores(client, [store_id] if store_id else [])
    check_target(kpi, target)
    content = {"store_id": store_id, "kpi": kpi, "target": float(target)}
    return _add(client, "target", content | {"due_on": day(due_on).isoformat(), "owner": owner})


def choose_play(
    client: Client, *, play: str, start, owner: str, store_id: str = "", finding: str = ""
) -> str:
    """Write down a play of the playbook that was chosen, for a store or the chain; returns the line's id."""
    _whole("a chosen play", {"play": play, "start": start, "owner": owner})
    _stores(client, [store_id] if store_id else [])
    content = {"store_id": store_id, "play": play, "finding": finding}
    return _add(client, "play", content | {"start": day(start).isoformat(), "owner": owner})


def withdraw(client: Client, line: str, *, reason: str) -> str:
    """Undo a decision by a further line; what it was stays readable. Returns the id of the new line.

    Raises ArgumentError for a line that does not exist, is withdrawn already, or is itself a withdrawal.
    """
    _whole("a withdrawal", {"line": line, "reason": reason})
    open_lines = ledger(client).query("kind != 'withdrawal' and not withdrawn")["id"].tolist()
    if line not in open_lines:
        raise ArgumentError(
            f"there is no decision {line!r} to withdraw.",
            found=open_lines or "an empty ledger",
            fix="use the id of a decision that stands.",
        )
    return _add(client, "withdrawal", {"line": line, "reason": reason})


def ledger(client: Client) -> pd.DataFrame:
    """One row per line of the ledger, oldest first: id, kind, recorded_at, as_of, decision, withdrawn.

    decision  its fields as one text; withdrawn  whether a later line undid it
    """
    lines = _read(client.folder / FILE)
    undone = {line["line"] for line in lines if line["kind"] == "withdrawal"}
    rows = [[*(line[name] for name in HEAD), _words(line), line["id"] in undone] for line in lines]
    return pd.DataFrame(rows, columns=[*HEAD, "decision", "withdrawn"]).astype({"withdrawn": bool})


def pilots(client: Client) -> pd.DataFrame:
    """One row per registered pilot that stands: id, recorded_at, as_of and what was registered.

    Columns stores (a list), start, end (both days inclusive), weeks, kpi, smallest_effect, stop_rule,
    owner, late (its start had been seen when it was registered).
    """
    return _standing(client, "pilot")


def targets(client: Client) -> pd.DataFrame:
    """One row per target that stands: id, recorded_at, as_of, store_id, kpi, target, due_on, owner.

    Those of the engagement.yaml come first: they hold for every store and have no id, day or owner ("").
    Of a client narrowed to stores, the targets that hold for these.
    """
    found = _standing(client, "target")
    agreed = [{"kpi": kpi, "target": target} for kpi, target in client.engagement.targets.items()]
    always = pd.DataFrame([dict.fromkeys(found.columns, "") | line for line in agreed])
    return _of_stores(client, pd.concat([always, found], ignore_index=True) if agreed else found)


def plays(client: Client) -> pd.DataFrame:
    """One row per chosen play that stands: id, recorded_at, as_of, store_id, play, finding, start, owner.

    Of a client narrowed to stores, the plays chosen for these or for all.
    """
    return _of_stores(client, _standing(client, "play"))


def running(client: Client) -> dict[str, Any] | None:
    """The latest pilot that has begun: the registered one, else the last wave of the stores table.

    Returns stores, start, end (None where open), kpi, smallest_effect, registered (bool), late (bool); None
    if nothing has begun. A wave that nobody registered gets KPI revenue and a smallest effect of 10 %.
    """
    known = pilots(client)
    begun = known[known["start"] <= client.as_of.isoformat()]
    if len(begun):
        row = begun.sort_values("start", kind="stable").iloc[-1]
        told = {name: row[name] for name in ("stores", "start", "end", "kpi", "smallest_effect", "late")}
        return told | {"registered": True}
    waves = client.chain.stores
    if not {"wave", "started_on"} <= set(waves.columns):
        return None
    rows = waves.select("store_id", "wave", "started_on").execute().dropna()
    rows = rows[pd.to_datetime(rows["started_on"]) <= pd.Timestamp(client.as_of)]
    if rows.empty:
        return None
    first = rows["started_on"].min()
    wave = rows[rows["started_on"] == first]
    return {
        "stores": sorted(wave["store_id"]),
        "start": str(first)[:10],
        "end": None,
        "kpi": "revenue",
        "smallest_effect": 0.1,
        "late": True,
        "registered": False,
    }


def _standing(client: Client, kind: str) -> pd.DataFrame:
    lines = _read(client.folder / FILE)
    undone = {line["line"] for line in lines if line["kind"] == "withdrawal"}
    kept = [line for line in lines if line["kind"] == kind and line["id"] not in undone]
    return pd.DataFrame(kept, columns=[*HEAD, *FIELDS[kind]]).drop(columns="kind")


def _of_stores(client: Client, lines: pd.DataFrame) -> pd.DataFrame:
    """The lines that hold for the stores in scope: theirs, and those that name no store."""
    return lines[lines["store_id"].isin(["", *client.store_ids])].reset_index(drop=True)


def _whole(what: str, told: dict[str, Any]) -> None:
    missing = [name for name, value in told.items() if value is None or value in ("", 0) or value == []]
    if missing:
        raise ArgumentError(
            f"{what} is registered whole or not at all.",
            found=f"nothing for {', '.join(missing)}",
            fix="agree on it with the client, then give it.",
        )


def _stores(client: Client, named: list) -> None:
    known = client.chain.store_ids
    unknown = [store for store in named if store not in known]
    if unknown:
        raise ArgumentError("these stores do not exist.", found=unknown, fix=f"use some of {known[:8]}.")


def _words(line: dict[str, Any]) -> str:
    told = {name: line[name] for name in FIELDS[line["kind"]] if line.get(name) not in ("", None)}
    return ", ".join(
        f"{name}: {' '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in told.items()
    )


def _read(path: Path) -> list[dict[str, Any]]:
    if not path.is_file():
        return []
    lines = []
    for number, text in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        if not text.strip():
            continue
        try:
            line = json.loads(text)
            if not set(HEAD) <= set(line) or line["kind"] not in FIELDS:
                raise ValueError("it lacks what every line has")
        except (ValueError, TypeError):
            raise EngagementError(
                f"{path.name}, line {number}, cannot be read.",
                found=text[:120],
                fix="take the line out, and enter the decision again.",
            ) from None
        lines.append(line)
    return lines


def _add(client: Client, kind: str, content: dict[str, Any]) -> str:
    """Add one line: under a lock, in one write, and on the disk before the call returns."""
    path = client.folder / FILE
    with FileLock(f"{path}.lock"):
        number = len(_read(path)) + 1
        head = [f"D{number:03d}", kind, f"{datetime.now():%Y-%m-%dT%H:%M:%S}", client.as_of.isoformat()]
        line = json.dumps(dict(zip(HEAD, head, strict=True)) | content, ensure_ascii=False).encode()
        with path.open("ab+") as file:
            if file.tell():
                file.seek(-1, os.SEEK_END)
                line = line if file.read(1) == b"\n" else b"\n" + line
            file.write(line + b"\n")
            file.flush()
            os.fsync(file.fileno())
    return head[0]
