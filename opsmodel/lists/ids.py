"""List ids: what stands for a customer on a list, and the key file that leads back."""

import base64
import csv
import hashlib
import hmac
import io
from collections.abc import Iterable
from pathlib import Path

import pandas as pd

from opsmodel.errors import ArgumentError, ClientError, TableError
from opsmodel.intake.raw import secret_key
from opsmodel.lists.files import replace

KEYS = "list_keys.csv"  # beside secret.key; as secret as that
LENGTH = 12  # characters of 5 bits: among a million customers two share an id once in two million chains


def list_ids(customer_ids: Iterable[str], *, client, length: int = LENGTH) -> dict[str, str]:
    """customer_id -> list id: a letter and 12 characters of HMAC-SHA256 under the client's secret.key.

    The same customer has the same list id on every list of the client, and another one at another client.
    A letter in front keeps spreadsheets from reading it as a number. Raises ClientError if two customers
    would share an id.
    """
    secret = secret_key(client.folder)
    ids = {person: _list_id(secret, person, length) for person in {str(person) for person in customer_ids}}
    if len(set(ids.values())) < len(ids):
        raise ClientError(
            f"two customers of {client.name} would share a list id.",
            found=f"{len(ids)} customers, {len(set(ids.values()))} ids of {length} characters",
            fix="draw the lists for fewer stores at a time, or ask for longer ids.",
        )
    return ids


def _list_id(secret: bytes, person: str, length: int) -> str:
    code = hmac.new(secret, f"list id\0{person}".encode(), hashlib.sha256).digest()
    return "C" + base64.b32encode(code).decode()[:length]


def key_file(client) -> Path:
    """Write list id -> the client's own customer id, for every customer of the chain; returns the path.

    It lies in the client's folder beside secret.key, can be read by its owner alone, and goes nowhere else:
    no report, list folder or archive holds it, and no argument moves it. Where an export knows people only
    by their phone number, the customer id is the keyed hash that intake made of it.
    """
    people = client.chain.customers.select("customer_id").execute()["customer_id"]
    ids = list_ids(people, client=client)
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(["list_id", "customer_id"])
    writer.writerows(sorted((code, person) for person, code in ids.items()))
    path = client.folder / KEYS
    replace(path, text.getvalue().encode())
    return path


def identify(table: pd.DataFrame | Path | str, *, client) -> pd.DataFrame:
    """A list, or what a bulk-send tool gave back, with the client's own customer_id in front.

    table  a DataFrame, or the path of a CSV; the list ids are known by what they are, whatever their heading

    Reads the key file; ids it does not know get no customer_id. Raises ClientError without a key file,
    TableError if no column holds list ids of this client.
    """
    path = client.folder / KEYS
    if not path.is_file():
        raise ClientError(
            f"{client.name} has no key file.",
            found=f"no {KEYS} in {client.folder}",
            fix="write it where secret.key lies: lists.key_file(client).",
        )
    frame = table if isinstance(table, pd.DataFrame) else _read(Path(table))
    keys = pd.read_csv(path, dtype=str).set_index("list_id")["customer_id"]
    column = next((name for name in frame.columns if frame[name].isin(keys.index).any()), None)
    if column is None:
        raise TableError(
            f"no column holds list ids of {client.name}.",
            found=list(frame.columns),
            fix="keep the ids as they stand on the list, and use the client they were made for.",
        )
    return frame.assign(customer_id=frame[column].map(keys))[["customer_id", *frame.columns]]


def _read(path: Path) -> pd.DataFrame:
    if path.suffix.lower() != ".csv":
        raise ArgumentError("this is not a CSV.", found=path.name, fix="pass the .csv of the list.")
    return pd.read_csv(path, dtype=str, encoding="utf-8-sig", keep_default_na=False)
