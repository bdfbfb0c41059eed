"""The command line: `python -m opsmodel VERB`, the same verbs as the Makefile.

Exit codes: 0 done, 1 some stores failed or a gate is red, 2 the request cannot be carried out.
"""

import argparse
import sys
from pathlib import Path

from opsmodel import workshop
from opsmodel.errors import OpsmodelError


def main(arguments: list[str] | None = None) -> int:
    """Run one verb; errors made for users are printed in three lines."""
    options = vars(_parser().parse_args(arguments))
    verb = options.pop("verb")
    try:
        return verb(**options)
    except OpsmodelError as error:
        print(f"{type(error).__name__}: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped; what was finished is kept.", file=sys.stderr)
        return 130


def intake(client: str, force: bool) -> int:
    """Read the raw exports into the client's database."""
    from opsmodel.intake.build import intake

    print(intake(client, force=force).text())
    return 0


def check(client: str) -> int:
    """Print the data grade, the drop ledger and the chapters the data allows."""
    from opsmodel.intake.build import check

    print(check(client).text())
    return 0


def render(client: str, notebook: list[Path], stores: str, parameter: list[str], **how) -> int:
    """Render reports for every store of a client."""
    from opsmodel.reports import render

    return render(client, notebooks=notebook, stores=_words(stores), parameters=parameter, **how)


def lists(client: str, kind: str, stores: str, folder: Path | None, split: str | None, keys: bool) -> int:
    """Write a list of people for staff as xlsx and CSV: leads, due_again, win_back or partners."""
    from opsmodel.lists import asked

    print(asked(client, kind=kind, stores=_words(stores), folder=folder, split=split, keys=keys))
    return 0


def sample(client: str) -> int:
    """Write the bundled client's raw exports again."""
    from opsmodel.intake.sample import write_client

    write_client(client)
    return 0


def codebook() -> int:
    """Write data/README.md again from the canonical tables."""
    from opsmodel.intake.codebook import write

    print(write())
    return 0


def _words(text: str) -> list[str]:
    """The parts of a text between commas."""
    return [part.strip() for part in text.split(",") if part.strip()]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="opsmodel", description="From raw exports to per-store reports.")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    def verb(function, name=None):
        sub = verbs.add_parser(name or function.__name__, help=function.__doc__.splitlines()[0])
        sub.set_defaults(verb=function)
        return sub

    one = verb(render)
    one.add_argument("client", help="a folder under data/, or a path")
    one.add_argument("--notebook", action="append", default=[], type=Path, help="default: 1_investigate")
    one.add_argument("--stores", default="", help="store ids, separated by commas; default: every store")
    one.add_argument("--lang", default=None, choices=["zh", "en"], help="default: the engagement's language")
    one.add_argument("--jobs", type=int, default=None, help="kernels at a time")
    one.add_argument("--out", type=Path, default=Path("reports"), help="where the report folders go")
    one.add_argument("--parameter", "-p", action="append", default=[], metavar="NAME=VALUE")
    one.add_argument("--single-file", action="store_true", help="plotly.js inside every page")
    one.add_argument("--force", action="store_true", help="render again what is up to date")
    for function in (intake, check):
        one = verb(function)
        one.add_argument("client", help="a folder under data/, or a path")
    verbs.choices["intake"].add_argument("--force", action="store_true", help="read again what is up to date")
    one = verb(lists, "list")
    one.add_argument("client", help="a folder under data/, or a path")
    one.add_argument("kind", help="leads, due_again, win_back or partners")
    one.add_argument("--stores", default="", help="store ids, separated by commas; default: every store")
    one.add_argument("--folder", type=Path, default=None, help="where the files go; default lists/CLIENT/")
    one.add_argument("--split", choices=["store_id", "staff_id"], help="files of their own for each")
    one.add_argument("--keys", action="store_true", help="write the key file that maps list ids back, too")
    verb(sample).add_argument("client", nargs="?", default="demo")
    verb(codebook)
    verb(workshop.setup).add_argument("--extra", default="", help="test, bench or completejourney")
    verb(workshop.bench).add_argument("--rows", type=int, default=None)
    for chore in (workshop.test, workshop.notebooks, workshop.lab, workshop.lock, workshop.clean):
        verb(chore)
    return parser


if __name__ == "__main__":
    sys.exit(main())
