"""Headings: from the entry product upwards."""


def headings() -> dict[str, str]:
    return {}
