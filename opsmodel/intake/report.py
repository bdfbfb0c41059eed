"""What intake found, to be stored with the data and read by people."""

import json
from dataclasses import asdict, dataclass
from unicodedata import east_asian_width

from opsmodel.intake.checks import Observation
from opsmodel.intake.cleaning.quarantine import Entry, reasons
from opsmodel.intake.contract import TABLES
from opsmodel.intake.grade import Chapter, Grade
from opsmodel.wording import _, language, use


@dataclass(frozen=True)
class Report:
    """Ledger, observations, grade and chapters of one intake.

    counts   table -> rows in the database
    lost     table -> reason -> rows quarantined
    changed  whether this intake wrote a new database
    """

    client: str
    language: str
    ledger: list[Entry]
    counts: dict[str, int]
    lost: dict[str, dict[str, int]]
    observations: list[Observation]
    grade: Grade
    chapters: list[Chapter]
    quarantine: str
    changed: bool = True

    def to_json(self) -> str:
        return json.dumps(asdict(self), ensure_ascii=False, sort_keys=True)

    @classmethod
    def from_json(cls, text: str, *, changed: bool = False) -> "Report":
        values = json.loads(text)
        values["ledger"] = [Entry(**entry) for entry in values["ledger"]]
        values["observations"] = [Observation(**seen) for seen in values["observations"]]
        values["grade"] = Grade(values["grade"]["letter"], [(k, v) for k, v in values["grade"]["reasons"]])
        values["chapters"] = [Chapter(**chapter) for chapter in values["chapters"]]
        return cls(**values | {"changed": changed})

    def text(self, lang: str | None = None) -> str:
        """The report as aligned text, in `lang` or the engagement's language."""
        before = language()
        use(lang or self.language)
        try:
            return "\n\n".join(part for part in self._parts() if part)
        finally:
            use(before)

    def _parts(self) -> list[str]:
        state = _("taken in anew") if self.changed else _("up to date")
        head = [
            _(
                "{client}: data grade {letter} ({state})",
                client=self.client,
                letter=self.grade.letter,
                state=state,
            )
        ]
        head += [f"  · {reason}" for reason in self.grade.texts()]
        return [
            "\n".join(head),
            _("Drop ledger: rows in = kept + merged + quarantined") + "\n" + self._ledger(),
            self._lost(),
            _("What to know")
            + "\n"
            + "\n".join(f"  {self._mark(seen)} {seen.text()}" for seen in self._sorted()),
            _("Chapters") + "\n" + self._chapters(),
        ]

    def _ledger(self) -> str:
        rows = [[_("table"), _("file"), _("rows in"), _("kept"), _("merged"), _("quarantined")]]
        for entry in self.ledger:
            numbers = (entry.rows_in, entry.kept, entry.merged, entry.quarantined)
            place = f"{entry.file} [{entry.sheet}]" if entry.sheet else entry.file
            rows.append([table_label(entry.table), place, *(f"{n:,}" for n in numbers)])
        total = [
            sum(getattr(e, name) for e in self.ledger)
            for name in ("rows_in", "kept", "merged", "quarantined")
        ]
        rows.append([_("all"), "", *(f"{n:,}" for n in total)])
        return aligned(rows, right=(2, 3, 4, 5))

    def _lost(self) -> str:
        if not any(self.lost.values()):
            return ""
        why = reasons()
        rows = [
            [table_label(table), f"{n:,}", why.get(reason, reason)]
            for table, counts in self.lost.items()
            for reason, n in sorted(counts.items(), key=lambda item: -item[1])
        ]
        return (
            _("Quarantined rows, listed in {folder}", folder=self.quarantine)
            + "\n"
            + aligned(rows, right=(1,))
        )

    def _sorted(self) -> list[Observation]:
        return sorted(self.observations, key=lambda seen: _WEIGHTS.index(seen.weight))

    def _mark(self, seen: Observation) -> str:
        return {"serious": "!!", "warning": "! ", "note": "· "}[seen.weight]

    def _chapters(self) -> str:
        rows = []
        for chapter in self.chapters:
            needs = ", ".join(column_label(need) for need in chapter.needs)
            unlock = "" if chapter.allowed else _("needs {columns}", columns=needs)
            rows.append(["✓" if chapter.allowed else "–", chapter.title, unlock])
        return aligned(rows)


_WEIGHTS = ("serious", "warning", "note")


def table_label(name: str) -> str:
    """A canonical table in the language spoken now."""
    return TABLES[name].zh if language() == "zh" and name in TABLES else name


def column_label(need: str) -> str:
    """A column, written table.column, in the language spoken now; in Chinese as an export would call it."""
    table, column = need.split(".")
    found = TABLES[table].column(column)
    return f"{TABLES[table].zh}·{found.zh}" if language() == "zh" else need


def aligned(rows: list[list[str]], *, right: tuple[int, ...] = ()) -> str:
    """Rows of cells as columns of equal width; a Chinese character is two wide.

    >>> print(aligned([["门店", "1"], ["all", "20"]], right=(1,)))
      门店   1
      all   20
    """
    if not rows:
        return ""
    widths = [max(_width(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            " " * (width - _width(cell)) + cell if at in right else cell + " " * (width - _width(cell))
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append(("  " + "  ".join(cells)).rstrip())
    return "\n".join(lines)


def _width(text: str) -> int:
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in text)
