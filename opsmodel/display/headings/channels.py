"""Headings: where contacts come from."""


def headings() -> dict[str, str]:
    return {}
