"""Headings: whom to call next."""


def headings() -> dict[str, str]:
    return {}
