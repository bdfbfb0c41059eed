"""Every chart with a small table to draw, and the arguments it needs besides the title."""

import channel_tables
import ladder_tables
import lead_tables
import overview_tables
import pandas as pd
import pilot_tables
import plan_tables
import referral_tables
import segment_tables
import sop_tables
import tables_to_draw
import training_tables
import value_tables

from opsmodel import charts

ROOMS = (
    tables_to_draw, channel_tables, ladder_tables, lead_tables, overview_tables, pilot_tables, plan_tables,
    referral_tables, segment_tables, sop_tables, training_tables, value_tables,
)  # fmt: skip
DRAWN: dict[str, tuple[pd.DataFrame, dict]] = {
    name: drawn for room in ROOMS for name, drawn in room.DRAWN.items()
}


def draw(name: str, table: pd.DataFrame | list | None = None, **more):
    """The chart of its own table, or of another one."""
    own, arguments = DRAWN[name]
    shown = own if table is None else table
    return getattr(charts, name)(shown, **({"title": "The message."} | arguments | more))
