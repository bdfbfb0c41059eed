"""Result tables as a reader sees them, and numbers published for the chain's roll-up."""

from collections.abc import Iterable, Mapping
from html import escape
from math import isfinite

import pandas as pd

from opsmodel.display.cells import Cell, cells
from opsmodel.display.typeset import pad, width
from opsmodel.errors import ArgumentError
from opsmodel.metrics.rates import SMALLEST_BASE
from opsmodel.wording import _

METRICS = "application/vnd.opsmodel.metrics+json"
SHORT = 28  # columns of text kept on one line
BASES = (
    *("n_eligible", "n_exposed", "n_customers", "n_at_risk", "at_risk", "n_buyers", "n_due", "n_cases", "n"),
)

_STYLE = {
    "table": "border-collapse:collapse;font-variant-numeric:tabular-nums;margin:0.6em 0",
    "caption": "text-align:left;font-weight:600;padding:0 0 0.4em",
    "th": "border-bottom:1.5px solid #8a949e;padding:0.3em 0.8em;word-break:keep-all;vertical-align:bottom",
    "td": "border-bottom:1px solid #e4e7eb;padding:0.25em 0.8em",
}
_SMALL = "color:#7b8794"


class Table:
    """A result table, shown as HTML on a page and as aligned text elsewhere; the frame is `.frame`."""

    def __init__(
        self,
        frame: pd.DataFrame,
        columns: list[Cell],
        small: list[bool],
        caption: str,
        prose: frozenset[str] = frozenset(),
    ) -> None:
        self.frame, self.columns, self.small, self.caption = frame, columns, small, caption
        self.prose = prose

    def _repr_html_(self) -> str:
        head = "".join(_tag("th", column.heading, column.right) for column in self.columns)
        body = "".join(self._row(position) for position in range(len(self.frame)))
        caption = f'<caption style="{_STYLE["caption"]}">{escape(self.caption)}</caption>' * bool(
            self.caption
        )
        note = f'<div style="{_SMALL};font-size:0.85em">{escape(self.note)}</div>' * bool(self.note)
        return (
            f'<div class="ops-table"><table style="{_STYLE["table"]}">{caption}'
            f"<thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>{note}</div>"
        )

    def _row(self, position: int) -> str:
        greyed = f' class="small-base" style="{_SMALL}"' if self.small[position] else ""
        inside = "".join(_cell(column, position, column.name in self.prose) for column in self.columns)
        return f"<tr{greyed}>{inside}</tr>"

    @property
    def note(self) -> str:
        """Said under the table where a row is greyed."""
        return _("Grey rows: base too small to conclude from.") if any(self.small) else ""

    def __repr__(self) -> str:
        widths = [max(width(text) for text in (column.heading, *column.texts)) for column in self.columns]
        lines = [
            "  ".join(
                pad(text, size, right=column.right)
                for text, size, column in zip(row, widths, self.columns, strict=True)
            ).rstrip()
            for row in self._text_rows()
        ]
        return "\n".join([*filter(None, [self.caption]), *lines, *filter(None, [self.note])])

    def _text_rows(self) -> Iterable[list[str]]:
        yield [column.heading for column in self.columns]
        for position in range(len(self.frame)):
            yield [" ".join(column.texts[position].split()) for column in self.columns]


def table(
    df: pd.DataFrame,
    *,
    small_base: int = SMALLEST_BASE,
    caption: str | None = None,
    columns: list[str] | None = None,
    units: Mapping[str, str] | None = None,
    prose: Iterable[str] = (),
) -> Table:
    """The result table as a reader wants it: headings in words, units, intervals in one column.

    df          a result table; a column's name says its unit (`_rate`, `_days`, `n_…`, `revenue`, …)
    small_base  rows whose base (n_eligible, n_customers, …) is below this are greyed
    caption     a line above the table
    columns     which columns to show, in this order; `x` brings its `x_low` and `x_high` along
    units       column -> rate, money, days or count, where a name alone does not say it
    prose       columns of sentences: they run over several lines, so that the table fits the page

    Raises ArgumentError if a column asked for is not there.

    >>> table(pd.DataFrame({"n_customers": [1234], "repurchase_rate": [0.5]}))
    Customers  Repurchase rate
        1,234            50.0%
    """
    missing = [name for name in columns or [] if name not in df.columns]
    if missing:
        raise ArgumentError(
            f"the table has no column {missing}.", found=list(df.columns), fix="choose among those found."
        )
    frame = df.reset_index(drop=True)
    base = next((name for name in BASES if name in frame.columns), None)
    small = [False] * len(frame)
    if base and small_base:
        small = [bool(value < small_base) for value in frame[base].fillna(0)]
    return Table(frame, cells(frame, columns, units or {}), small, caption or "", frozenset(prose))


def _tag(tag: str, text: str, right: bool, prose: bool = False) -> str:
    side = "right" if right else "left"
    whole = ";white-space:nowrap" if tag == "td" and width(text) <= SHORT else ""
    whole = ";white-space:normal;min-width:8em" if prose else whole
    return f'<{tag} style="{_STYLE[tag]};text-align:{side}{whole}">{escape(text)}</{tag}>'


def _cell(column: Cell, position: int, prose: bool) -> str:
    tag = _tag("td", column.texts[position], column.right, prose)
    if not column.unseen[position]:
        return tag
    return tag.replace("<td ", f'<td title="{escape(_("could not be seen"))}" ', 1)


class Published:
    """Numbers a roll-up reads: a page keeps them beside itself and shows nothing."""

    def __init__(self, values: dict) -> None:
        self.values = values

    def _repr_mimebundle_(self, include=None, exclude=None) -> dict:
        return {METRICS: self.values, "text/plain": repr(self)}

    def __repr__(self) -> str:
        return _("published: {keys}", keys=", ".join(self.values))


def publish(values: dict) -> Published:
    """Hand numbers to the roll-up: shown as the cell's output, written to metrics.json by the page.

    Floats keep six significant digits; NaN and infinity become null; dates become text.

    >>> publish({"store_id": "S001", "n_customers": 7}).values
    {'store_id': 'S001', 'n_customers': 7}
    """
    return Published({str(key): _json(value) for key, value in values.items()})


def _json(value):
    if isinstance(value, dict):
        return {str(key): _json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [_json(inner) for inner in value]
    if hasattr(value, "item"):
        value = value.item()
    if value is None or value is pd.NaT or value is pd.NA:
        return None
    if isinstance(value, float):
        return float(f"{value:.6g}") if isfinite(value) else None
    return value if isinstance(value, str | int | bool) else str(value)
