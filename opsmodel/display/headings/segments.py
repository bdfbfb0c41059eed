"""Headings: who the customers are."""


def headings() -> dict[str, str]:
    return {}
