"""The heading of every result column, in the language of the report; names of factors and levers too."""

from functools import cache

from opsmodel.display.headings import (
    channels,
    funnel,
    intake,
    ladder,
    leads,
    money,
    overview,
    pilot,
    plan,
    referral,
    repeat,
    segments,
    sop,
    stores,
    training,
    value,
)
from opsmodel.wording import language

TOPICS = (
    stores,
    funnel,
    repeat,
    money,
    intake,
    value,
    segments,
    channels,
    referral,
    ladder,
    leads,
    overview,
    pilot,
    training,
    plan,
    sop,
)


def heading(name: str) -> str:
    """What the reader sees for a canonical column name; an unknown name without its underscores.

    A column of the client's own tables is called in Chinese what an export calls it.

    >>> heading("n_customers"), heading("visits_per_moon")
    ('Customers', 'visits per moon')
    """
    return _headings(language()).get(name) or _exported(language()).get(name) or name.replace("_", " ")


@cache
def _exported(lang: str) -> dict[str, str]:
    if lang != "zh":
        return {}
    from opsmodel.intake.contract import TABLES  # brings Ibis along, which a chart does without

    columns = [column for table in TABLES.values() for column in table.columns]
    return {column.name: column.zh for column in reversed(columns)}


@cache
def _headings(lang: str) -> dict[str, str]:
    return {name: text for topic in TOPICS for name, text in topic.headings().items()}
