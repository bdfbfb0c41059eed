"""Roles of few people, told together with their neighbours so that nobody can be recognised."""

import pandas as pd

from opsmodel.errors import ArgumentError
from opsmodel.intake import contract
from opsmodel.metrics.maturity.model import JOIN, LEAST, code, rank


def pool_roles(answers, *, least: int = LEAST) -> pd.DataFrame:
    """The answers, with roles of fewer than `least` people joined to the next one below them.

    In the order of the model: a CEO and the six of headquarters become one group of seven. So everybody's
    answer counts, and no difference between a total and its parts tells what one person said.

    answers  one row an answer: respondent_id, role

    Returns the same rows as a DataFrame; role holds the codes of a group joined by "+".
    Raises TableError if a column is missing.

    >>> people = pd.DataFrame({"respondent_id": list("abcdefg"), "role": ["CEO"] + ["总部"] * 6})
    >>> pool_roles(people)["role"].unique().tolist()
    ['ceo+headquarters']
    """
    if least < LEAST:
        raise ArgumentError(
            "so few respondents could be recognised.", found=f"least {least}", fix=f"give {LEAST} or more."
        )
    rows = contract.require(answers, "answers", ["respondent_id", "role"]).execute()
    roles = pd.Series([None if pd.isna(name) else code("roles", name) for name in rows["role"]], rows.index)
    people = rows["respondent_id"].groupby(roles.astype("object")).nunique()
    groups: list[list[str]] = [[]]
    for role in sorted(people.index, key=lambda role: rank("roles", role)):
        if sum(people[name] for name in groups[-1]) >= least:
            groups.append([])
        groups[-1].append(role)
    if len(groups) > 1 and sum(people[name] for name in groups[-1]) < least:
        groups[-2:] = [groups[-2] + groups[-1]]
    named = {role: JOIN.join(group) for group in groups for role in group}
    return rows.assign(role=roles.map(named))
