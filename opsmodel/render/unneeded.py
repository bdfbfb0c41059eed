"""Imports that other libraries make for features a report has no use for, left out."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

# jsonschema compiles 35 grammars at import to check addresses and durations that no notebook holds: 1 CPU s
FORMATS = ("rfc3987_syntax", "isoduration")


@contextmanager
def without(*modules: str) -> Iterator[None]:
    """Let these modules look as if they were not installed, unless they are imported already.

    >>> with without("an_extra"):
    ...     print("an_extra" in sys.modules, sys.modules["an_extra"])
    True None
    >>> "an_extra" in sys.modules
    False
    """
    absent = [name for name in modules if name not in sys.modules]
    sys.modules.update(dict.fromkeys(absent))  # type: ignore[arg-type]
    try:
        yield
    finally:
        for name in absent:
            del sys.modules[name]
