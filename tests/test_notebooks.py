"""What every committed notebook keeps: honest outputs, documented parameters, prose in both languages."""

import ast
import re
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
LANGUAGES = ("lang-en", "lang-zh")

pytestmark = pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)


def _cells(path, kind):
    return [cell for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == kind]


def _tags(cell):
    return cell.metadata.get("tags", [])


def test_every_code_cell_was_run_in_order(path):
    counts = [cell.execution_count for cell in _cells(path, "code")]
    assert counts == list(range(1, len(counts) + 1)), (
        "run `make notebooks`: nbval passes cells without outputs"
    )


def test_no_committed_output_is_an_error(path):
    kinds = {output.output_type for cell in _cells(path, "code") for output in cell.outputs}
    assert "error" not in kinds


def test_no_path_of_a_machine_is_in_a_notebook(path):
    assert not re.search(r"/(home|root|work|tmp|Users)/", path.read_text(encoding="utf-8"))


def test_prose_comes_in_pairs_english_first(path):
    languages = [tag for cell in _cells(path, "markdown") for tag in _tags(cell) if tag in LANGUAGES]
    assert languages == list(LANGUAGES) * (len(languages) // 2)


def test_headings_are_the_same_in_both_languages(path):
    def levels(language):
        prose = [cell.source for cell in _cells(path, "markdown") if language in _tags(cell)]
        return [re.findall(r"^#+(?= )", text, flags=re.MULTILINE) for text in prose]

    assert levels("lang-en") == levels("lang-zh")


def test_each_parameter_has_a_type_and_a_comment(path):
    parameters = [cell.source for cell in _cells(path, "code") if "parameters" in _tags(cell)]
    for line in "\n".join(parameters).splitlines():
        assert re.fullmatch(r"\w+: [\w\[\], ]+ = .+  # .+", line), line


def test_a_cell_defines_nothing_and_hides_nothing(path):
    for cell in _cells(path, "code"):
        kinds = {type(node) for node in ast.walk(ast.parse(cell.source))}
        assert not kinds & {ast.FunctionDef, ast.ClassDef, ast.Lambda}
        assert not cell.source.rstrip().endswith(";")


def test_a_notebook_stays_small_enough_to_read_in_a_diff(path):
    assert path.stat().st_size < 600_000  # a dozen chapters with their figures as data
