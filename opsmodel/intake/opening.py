"""Opening a client: its database as it stands, or made first from the raw exports."""

import sys
from datetime import date
from pathlib import Path

from opsmodel.errors import ClientError
from opsmodel.intake import engagement as settings
from opsmodel.intake.client import Client
from opsmodel.intake.contract import day
from opsmodel.intake.database import FILE, open_database
from opsmodel.intake.raw import settings_version


def open_client(name: str | Path, as_of: str | date | None = None) -> Client:
    """A client's tables, ready to calculate on.

    A client without a database is taken in first, and again where settings that change the tables changed.

    name   a folder under data/ (or under OPSMODEL_DATA), or a path
    as_of  last day observed, inclusive; default: the engagement's, else the last day with an order

    Raises ClientError if there is no such client, if as_of lies before the data, or if the database is
    locked or damaged; EngagementError and IntakeError as intake does.

    >>> shop = open_client("demo").store("S001")  # doctest: +SKIP
    """
    folder = settings.find_client(name)
    engagement = settings.read(folder)
    if not (folder / FILE).is_file():
        _take_in(folder, "no database yet")
    database = open_database(folder)
    if database.meta.get("settings") != settings_version(engagement):
        _take_in(folder, "engagement.yaml has changed")
        database = open_database(folder)
    last = day(as_of) if as_of else engagement.as_of or database.last_day
    if last < database.first_day:
        raise ClientError(
            f"as_of {last} lies before the data of {engagement.client}.",
            found=f"orders from {database.first_day} to {database.last_day}",
            fix=f"use a day from {database.first_day} on.",
        )
    return Client(folder, engagement, last, database)


def _take_in(folder: Path, why: str) -> None:
    from opsmodel.intake.build import intake

    print(f"{folder.name}: {why}, reading the raw exports.", file=sys.stderr)
    intake(folder)
