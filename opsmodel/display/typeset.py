"""Text on charts and in tables: its width in columns, wrapped and padded, with Chinese as two columns."""

import re
from unicodedata import east_asian_width

_NOT_FIRST = "，。、；：！？）》」』”’％%),.;:!?"
_WORDS = re.compile(r"\s+|[⺀-鿿＀-￯　-〿]|[^\s⺀-鿿＀-￯　-〿]+")


def width(text: str) -> int:
    """Columns the text takes in a fixed-width font.

    >>> width("RR 30"), width("复购率")
    (5, 6)
    """
    return sum(2 if east_asian_width(character) in "WF" else 1 for character in text)


def pad(text: str, columns: int, *, right: bool = False) -> str:
    """The text filled with spaces to that many columns; `right` aligns it to the right."""
    space = " " * max(0, columns - width(text))
    return space + text if right else text + space


def wrap(text: str, columns: int) -> list[str]:
    """The text in lines of at most `columns`; breaks at spaces and between Chinese characters.

    >>> wrap("Half of them return", 12)
    ['Half of them', 'return']
    >>> wrap("一半顾客会回来。", 14)
    ['一半顾客会回', '来。']
    """
    lines, line = [], ""
    for piece in _unbreakable(text):
        if line.strip() and width(line + piece.rstrip()) > columns:
            lines.append(line.strip())
            line = ""
        line += piece
    return [*lines, line.strip()] if line.strip() or not lines else lines


def _unbreakable(text: str) -> list[str]:
    """Words and Chinese characters, each with the punctuation that may not begin a line."""
    pieces: list[str] = []
    for word in _WORDS.findall(text):
        if pieces and word[0] in _NOT_FIRST:
            pieces[-1] += word
        else:
            pieces.append(word)
    return pieces


def plain(text: object) -> str:
    """Text from a client's data, made safe for plotly, which reads some HTML in labels.

    >>> plain("<b>A&B</b>")
    '&lt;b&gt;A&amp;B&lt;/b&gt;'
    """
    return str(text).replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
