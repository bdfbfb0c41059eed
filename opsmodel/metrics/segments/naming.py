"""What segments, grid fields, lifecycle stages and flows are called, in the language spoken now."""

from collections.abc import Mapping

import pandas as pd

from opsmodel.wording import _, language

NAMED = ("segment", "lifecycle", "from", "to", "flow", "earlier")
ABSENT = "absent"


def label(key, names: Mapping[str, str] | None = None) -> str:
    """What a segment or stage is called; a name of the client's own stays as it is.

    >>> label("cannot_lose"), label("my own")
    ("Can't lose", 'my own')
    """
    return (names or {}).get(str(key)) or _words().get(str(key)) or str(key)


def stage_names(client) -> dict[str, str]:
    """Lifecycle stage -> its label in the language spoken now, as the engagement words it."""
    if language() != "zh":
        return {stage.name: _words().get(stage.name, stage.name) for stage in client.engagement.lifecycle}
    return {stage.name: stage.zh or label(stage.name) for stage in client.engagement.lifecycle}


def named(table: pd.DataFrame, client=None) -> pd.DataFrame:
    """The table with its segments and stages called by their names, for charts and pages.

    client  whose engagement words the lifecycle; without one the default names stand
    """
    names = stage_names(client) if client is not None else {}
    table = table.copy()
    for column in NAMED:
        if column in table.columns:
            table[column] = [None if pd.isna(key) else label(key, names) for key in table[column]]
    return table


def _words() -> dict[str, str]:
    return {
        "champions": _("Champions"),
        "loyal": _("Loyal"),
        "new_buyers": _("New buyers"),
        "potential": _("Could become loyal"),
        "promising": _("Promising"),
        "attention": _("Need attention"),
        "cannot_lose": _("Can't lose"),
        "at_risk": _("Slipping away"),
        "sleeping": _("About to sleep"),
        "gone": _("Gone quiet"),
        "important_value": _("Important: keep close"),
        "important_develop": _("Important: sell more often"),
        "important_keep": _("Important: wake up"),
        "important_retain": _("Important: win back"),
        "general_value": _("General: keep close"),
        "general_develop": _("General: sell more often"),
        "general_keep": _("General: wake up"),
        "general_retain": _("General: win back"),
        "prospect": _("Prospect"),
        "new": _("New"),
        "returning": _("Returning"),
        "member": _("Member"),
        "svip": _("SVIP"),
        "dormant": _("Dormant"),
        "lost": _("Lost"),
        "resurrected": _("Came back"),
        "retained": _("Stayed active"),
        "uncovered": _("No rule applies"),
        "absent": _("No purchase"),
    }
