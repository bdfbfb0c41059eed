"""Which row of a sheet is its header, and which rows below it are no data."""

import re
from collections.abc import Sequence

from opsmodel.intake.aliases import known

LOOK_AT = 40  # rows; a header further down is not looked for
TOTALS = (
    *("合计", "总计", "小计", "总合计", "本页合计", "本页小计", "当页合计", "汇总", "共计", "累计"),
    *("total", "totals", "grand total", "subtotal", "sum"),
)
_NUMBER_OR_DATE = re.compile(r"[\d\s:./\-+,%¥￥$()年月日时分秒]+$")
PUNCTUATION = " \t\r\n\u3000\u00a0:：*【】[]()（）"


def header_row(rows: Sequence[Sequence[str]]) -> int | None:
    """Position of the header among the first rows; None if no row holds any text.

    The header is the row with the most known headers; where hardly any is known, the row with the most
    different text cells. Title rows above it hold one or two cells, rows below it numbers and dates.

    >>> header_row([["2024年订单报表", "", ""], ["", "", ""], ["订单号", "金额", "备注"], ["1", "9.9", ""]])
    2
    """
    first = rows[:LOOK_AT]
    familiar = [sum(known(cell) for cell in set(row) if cell.strip()) for row in first]
    worded = [
        len({cell for cell in row if cell.strip() and not _NUMBER_OR_DATE.match(cell)}) for row in first
    ]
    score = familiar if max(familiar, default=0) >= 2 else worded
    best = max(score, default=0)
    return score.index(best) if best else None


def is_totals(cells: Sequence[str]) -> bool:
    """True if the first cell that is not empty says that the row adds up others.

    >>> is_totals(["", "合计：", "1234.50"]), is_totals(["10001", "合计", "3"])
    (True, False)
    """
    first = next((cell for cell in cells if cell and cell.strip()), "")
    return first.strip(PUNCTUATION).casefold() in TOTALS


def tidy(cells: Sequence[str]) -> list[str]:
    """Header texts on one line each, without the empty ones at the end.

    >>> tidy(["订单号 ", "实付\\n金额", ""])
    ['订单号', '实付金额']
    """
    names = [re.sub(r"\s*[\r\n]+\s*", "", cell).strip().lstrip("\ufeff") for cell in cells]
    while names and not names[-1]:
        names.pop()
    return names
