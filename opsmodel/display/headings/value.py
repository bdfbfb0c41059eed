"""Headings: what customers are worth."""


def headings() -> dict[str, str]:
    return {}
