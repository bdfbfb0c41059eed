"""Parameters are read from the notebook and checked before any kernel starts."""

import pytest
from tiny import PARAMETERS, code, write

from opsmodel.errors import ArgumentError, RenderError
from opsmodel.render import batch
from opsmodel.render.parameters import Parameter, checked, declared, read_notebook

KNOWN = {
    "within_days": Parameter("within_days", "int", 90, "window, in days"),
    "share": Parameter("share", "float", 0.5, ""),
    "peers": Parameter("peers", "bool", True, ""),
    "windows": Parameter("windows", "tuple[int, ...]", (30, 60), ""),
    "region": Parameter("region", "str | None", None, ""),
    "store": Parameter("store", "str", "S001", ""),
}


def test_names_types_defaults_and_comments_come_from_the_cell():
    notebook = {"cells": [code(PARAMETERS, "parameters")]}
    assert declared(notebook) == {
        "client": Parameter("client", "str", "demo", "client folder under data/"),
        "store": Parameter("store", "str", "S001", "store_id to diagnose"),
        "lang": Parameter("lang", "str", "zh", "zh or en"),
        "within_days": Parameter("within_days", "int", 90, "window, in days"),
    }


def test_a_parameter_without_annotation_has_the_type_of_its_default():
    known = declared({"cells": [code("limit = 3  # most", "parameters")]})
    assert known == {"limit": Parameter("limit", "int", 3, "most")}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("within_days", "30", 30),
        ("within_days", 30, 30),
        ("share", "0.25", 0.25),
        ("share", 1, 1.0),
        ("peers", "no", False),
        ("windows", "7, 14", [7, 14]),
        ("windows", [7, 14], [7, 14]),
        ("region", "none", None),
        ("region", "华东", "华东"),
        ("store", "30", "30"),
    ],
)
def test_text_becomes_the_annotated_type(name, text, value):
    assert checked("1_tiny", KNOWN, {name: text}) == {name: value}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("within_days", "soon"),
        ("within_days", 30.5),
        ("within_days", True),
        ("share", "half"),
        ("peers", "maybe"),
        ("windows", "7,x"),
        ("windows", 7),
        ("store", 30),
    ],
)
def test_a_value_of_another_type_is_refused(name, value):
    with pytest.raises(ArgumentError, match=f"parameter '{name}' of 1_tiny is not"):
        checked("1_tiny", KNOWN, {name: value})


def test_an_unknown_parameter_stops_the_run_before_anything_is_written(notebook, tmp_path):
    with pytest.raises(ArgumentError) as caught:
        batch.render(
            "demo", notebooks=[notebook], stores=["S1"], out=tmp_path, parameters={"within_day": "30"}
        )
    assert str(caught.value) == (
        "1_tiny has no parameter 'within_day'.\n"
        "  found: client, store, lang, within_days\n"
        "  fix: did you mean 'within_days'?"
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"stores": []},
        {"stores": ["S1", "S1"]},
        {"client_name": "../demo"},
        {"langs": ["fr"]},
        {"jobs": 0},
        {"notebooks": ["missing.ipynb"]},
        {"notebooks": ["torn.ipynb"]},
        {"notebooks": ["old.ipynb"]},
    ],
)
def test_what_cannot_be_rendered_is_refused_before_anything_is_written(wrong, notebook, tmp_path):
    (tmp_path / "torn.ipynb").write_text("{")
    (tmp_path / "old.ipynb").write_text('{"nbformat": 3}')
    books = [tmp_path / name for name in wrong.get("notebooks", [])] or [notebook]
    how = {"client_name": "demo", "stores": ["S1"], **wrong, "notebooks": books, "out": tmp_path / "reports"}
    with pytest.raises(RenderError):
        batch.render(how.pop("client_name"), **how)
    assert not (tmp_path / "reports").exists()


def test_a_notebook_without_a_parameters_cell_takes_none(tmp_path):
    path = write(tmp_path / "bare.ipynb", code("1"))
    assert declared(read_notebook(path)) == {}
