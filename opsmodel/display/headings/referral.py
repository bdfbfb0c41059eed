"""Headings: who brings whom."""


def headings() -> dict[str, str]:
    return {}
