"""plotly.js, as the installed plotly package ships it."""

from functools import cache
from importlib.util import find_spec
from pathlib import Path

from opsmodel.render.files import write_whole


@cache
def plotly_js() -> str:
    """The script's text, found without importing plotly."""
    home = find_spec("plotly")
    assert home, "plotly is a requirement of this package"
    folder = Path(str(home.origin)).parent
    return (folder / "package_data" / "plotly.min.js").read_text(encoding="utf-8")


def share_plotly(home: Path, scratch: Path) -> None:
    """Put one copy beside the reports of a folder, unless it is there."""
    path = home / "assets" / "plotly.min.js"
    script = plotly_js().encode()
    if not path.is_file() or path.read_bytes() != script:
        write_whole(path, script, scratch)
