"""What a run says on stderr, and how it is stopped."""

import signal
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from tqdm import tqdm


class Progress:
    """A bar on a terminal, a line a report elsewhere; a failure is always a line."""

    def __init__(self, total: int, *, reused: int, shown: bool) -> None:
        self.shown, self.total, self.done = shown, total, 0
        self.bar = tqdm(total=total, unit="report", disable=not (shown and sys.stderr.isatty() and total))
        if shown and reused:
            self._line(f"{reused} up to date, {total} to render")

    def __enter__(self) -> "Progress":
        return self

    def __exit__(self, *_: object) -> None:
        self.bar.close()

    def tell(self, row: Mapping[str, Any]) -> None:
        """Say how a report ended."""
        self.done += 1
        self.bar.update()
        if row["status"] != "ok":
            reason = " ".join(str(row["error"]).split())[:200]
            self._line(f"[{self.done}/{self.total}] FAILED {row['output']}: {row['status']}: {reason}")
        elif self.bar.disable:
            self._line(f"[{self.done}/{self.total}] {row['output']} {row.get('seconds', 0):.1f} s")

    def _line(self, text: str) -> None:
        if self.shown:
            tqdm.write(text, file=sys.stderr)


@contextmanager
def stoppable() -> Iterator[None]:
    """SIGTERM and SIGHUP end the run the way Ctrl-C does: kernels stopped, finished reports kept."""
    names = [name for name in ("SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {}
    try:
        for name in names:
            before[name] = signal.signal(getattr(signal, name), _interrupt)
    except ValueError:  # not the main thread: signals are not ours to handle
        pass
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt
