"""The catalogue gate: whatever a reader can see exists in every language, once, and is used."""

import ast
import json
import re
from collections import Counter
from io import BytesIO
from pathlib import Path
from string import Formatter

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po

import opsmodel
from opsmodel import wording

PACKAGE = Path(opsmodel.__file__).parent
ROOT = PACKAGE.parent
TEMPLATES = PACKAGE / "render" / "template"
TRANSLATED = [lang for lang in wording.LANGUAGES if lang != "en"]


def sources() -> list[tuple[str, str]]:
    """Place and text of all code that speaks to a reader: the package and the cells of the notebooks."""
    found = [
        (str(path.relative_to(ROOT)), path.read_text(encoding="utf-8"))
        for path in sorted(PACKAGE.rglob("*.py"))
    ]
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        for position, cell in enumerate(json.loads(path.read_text(encoding="utf-8"))["cells"]):
            if cell["cell_type"] == "code":
                found.append((f"{path.name} cell {position}", "".join(cell["source"])))
    return found


def calls() -> list[tuple[str, ast.Call]]:
    """Place and call, over all `_(…)` in the sources."""
    return [
        (f"{place}:{node.lineno}", node)
        for place, text in sources()
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "_"
    ]


def literal(call: ast.Call) -> str | None:
    """The message a call speaks, if it is written out there."""
    value = call.args[0].value if len(call.args) == 1 and isinstance(call.args[0], ast.Constant) else None
    return value if isinstance(value, str) else None


def python_messages() -> dict[str, str]:
    """Message -> where it stands, over the package and the notebooks; also inside f-strings."""
    return {message: place for place, call in reversed(calls()) if (message := literal(call)) is not None}


def template_messages() -> dict[str, str]:
    """Message -> where it stands, over the page templates."""
    found = {}
    for path in sorted(TEMPLATES.rglob("*")):
        if path.suffix in (".j2", ".html"):
            text = BytesIO(path.read_bytes())
            for line, message, _comments, _context in extract("jinja2.ext:babel_extract", text, {"_": None}):
                found.setdefault(message, f"{path.relative_to(ROOT)}:{line}")
    return found


def used() -> dict[str, str]:
    return template_messages() | python_messages()


def entries(lang: str) -> list[tuple[str, str, str]]:
    """Message, translation and file, over all catalogues of a language; empty translations included."""
    found = []
    for path in sorted((wording.LOCALE / lang).glob("*.po")):
        with path.open("rb") as file:
            found += [(entry.id, entry.string, path.name) for entry in read_po(file) if entry.id]
    return found


def raw_messages(lang: str) -> list[tuple[str, str]]:
    """Message and file as written in the catalogues; a reader of .po merges what is there twice."""
    found = []
    for path in sorted((wording.LOCALE / lang).glob("*.po")):
        blocks = re.findall(r'^msgid ((?:".*"\s*)+)', path.read_text(encoding="utf-8"), re.MULTILINE)
        messages = [
            "".join(ast.literal_eval(line) for line in block.splitlines() if line) for block in blocks
        ]
        found += [(message, path.name) for message in messages if message]
    return found


def placeholders(message: str) -> set[str]:
    return {name for _text, name, _spec, _conversion in Formatter().parse(message) if name is not None}


@pytest.mark.parametrize("lang", TRANSLATED)
def test_every_message_is_translated(lang):
    known = {message for message, translation, _file in entries(lang) if translation}
    missing = [f"{place}: {message!r}" for message, place in used().items() if message not in known]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize("lang", TRANSLATED)
def test_a_translation_has_the_placeholders_of_its_message(lang):
    differing = [
        f"{file}: {message!r} -> {translation!r}"
        for message, translation, file in entries(lang)
        if translation and placeholders(message) != placeholders(translation)
    ]
    assert not differing, "\n".join(differing)


@pytest.mark.parametrize("lang", TRANSLATED)
def test_every_entry_of_a_catalogue_is_used(lang):
    known = used()
    unused = [f"{file}: {message!r}" for message, _translation, file in entries(lang) if message not in known]
    assert not unused, "\n".join(unused)


@pytest.mark.parametrize("lang", TRANSLATED)
def test_a_message_is_translated_in_one_place_only(lang):
    files = raw_messages(lang)
    count = Counter(message for message, _file in files)
    twice = [f"{file}: {message!r}" for message, file in files if count[message] > 1]
    assert not twice, "\n".join(twice)


def test_a_message_is_written_out_where_it_is_used():
    """`_(name)` cannot be found by the extraction, so it could not be translated."""
    spoken = [place for place, call in calls() if literal(call) is None]
    assert not spoken, "\n".join(spoken)


def test_a_message_is_filled_with_the_names_it_holds():
    wrong = []
    for place, call in calls():
        given = {keyword.arg for keyword in call.keywords}
        if None not in given and given != placeholders(literal(call) or ""):
            wrong.append(place)
    assert not wrong, "\n".join(wrong)
