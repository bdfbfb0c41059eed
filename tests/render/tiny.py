"""The tiny notebook of the render tests, and how tests write others."""

import os
import time
from pathlib import Path

import nbformat
from nbformat import v4

PLOTLY = "application/vnd.plotly.v1+json"
METRICS = "application/vnd.opsmodel.metrics+json"
HOSTILE = "../../<script>alert(1)</script>"
CLOSING = "</script><script>document.title='owned'</script>"
STORES = ("S001", HOSTILE, "BOOM", "EXIT", "KILL", "SLOW", "PLOD")
DATA_VERSION = "data-1"

PARAMETERS = """
client: str = "demo"  # client folder under data/
store: str = "S001"  # store_id to diagnose
lang: str = "zh"  # zh or en
within_days: int = 90  # window, in days
"""
MISBEHAVE = """
import os, sys, time
if store == "BOOM":
    raise ValueError("no orders at all")
if store == "EXIT":
    sys.exit(0)
if store == "KILL":
    os.kill(os.getpid(), 9)
if store == "SLOW":
    time.sleep(60)
"""
PLOD = 'time.sleep(3.5 if store == "PLOD" else 0)'
TITLE = "Half return"
NUMBERS = {
    "store_name": "Shop",
    "grade": "B",
    "n_customers": 40,
    "as_of": "2024-06-30",
    "headline": {"repurchase_rate": {"value": 0.5, "low": 0.4, "high": 0.6, "n": 40, "format": "percent"}},
    "findings": [{"claim": "Fewer return.", "money": 120000, "action": "call"}],
}
FIGURE = {"data": [{"type": "bar", "x": [CLOSING], "y": [1]}], "layout": {"title": {"text": TITLE}}}
SHOW = f"""
from IPython.display import display
display({{"{PLOTLY}": {FIGURE!r}}}, raw=True)
display({{"{METRICS}": {{**{NUMBERS!r}, "store_id": store}}}}, raw=True)
print("batch", os.environ["OPSMODEL_BATCH"], "within", within_days)
"""


def code(source, *tags):
    return v4.new_code_cell(source.strip(), metadata={"tags": list(tags)})


def prose(source, *tags):
    return v4.new_markdown_cell(source, metadata={"tags": list(tags)})


def write(path: Path, *cells) -> Path:
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    nbformat.write(v4.new_notebook(cells=list(cells), metadata={"kernelspec": kernel}), path)
    return path


def alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]


def wait_for(condition, seconds):
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "this took too long"
        time.sleep(0.1)
