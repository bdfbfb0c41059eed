"""From a client to its reports: what the stores are, what the chain shares, then one page a store."""

from collections.abc import Sequence
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path

from opsmodel.errors import ArgumentError, RenderError

NOTEBOOKS = Path(__file__).resolve().parent.parent / "notebooks"
DEFAULT = "1_investigate"


def render(
    name: str,
    *,
    notebooks: Sequence[Path] = (),
    stores: Sequence[str] = (),
    lang: str | None = None,
    parameters: Sequence[str] = (),
    out: Path = Path("reports"),
    jobs: int | None = None,
    force: bool = False,
    single_file: bool = False,
) -> int:
    """Render the notebooks for the client's stores; 0 if every report stands, 1 if some store failed.

    The raw exports are read first where they changed. What all stores share (peers, priors, fitted models,
    tables by store) is computed once, by the first report that asks; the manifest says which, and how long.

    name        a folder under data/, or a path
    notebooks   names under notebooks/, or paths; default 1_investigate
    stores      store ids; default every store
    lang        "zh" or "en"; default the engagement's
    parameters  "name=value", for the notebooks' parameters cells

    Raises OpsmodelError, before any kernel starts, if something asked for does not exist.
    """
    from opsmodel.intake.build import intake
    from opsmodel.intake.engagement import find_client
    from opsmodel.intake.opening import open_client
    from opsmodel.render import batch

    given = dict(_pair(text) for text in parameters)
    paths = [_notebook(path) for path in notebooks or [Path(DEFAULT)]]
    folder = find_client(name)
    intake(folder)
    client = open_client(folder, as_of=given.get("as_of") or None)
    for store in stores:
        client.store(store)
    results = batch.render(
        client.name,
        notebooks=paths,
        stores=stores or client.store_ids,
        langs=[lang or client.language],
        parameters={"client": str(folder), **given} if _is_path(name) else given,
        out=out,
        client_title=client.title,
        store_names={store: client.store(store).store_name for store in client.store_ids},
        as_of=client.as_of.isoformat(),
        data_version=_version(client),
        currency=client.currency,
        jobs=jobs,
        force=force,
        single_file=single_file,
    )
    failed = [result for result in results if not result.ok]
    reused = sum(result.reused for result in results)
    index = out / client.name / "index.html"
    print(
        f"{len(results) - len(failed)} of {len(results)} reports stand, {reused} of them from before: {index}"
    )
    return 1 if failed else 0


def _version(client) -> str:
    """Changes with the data, with any setting of the engagement, and with its ledger of decisions."""
    from opsmodel.intake.decisions import FILE

    ledger = client.folder / FILE
    decided = ledger.read_bytes() if ledger.is_file() else b""
    settings = sha256(client.engagement.model_dump_json().encode() + decided).hexdigest()[:8]
    return f"{client.data_version}-{settings}"


def _is_path(name: str) -> bool:
    return len(Path(name).parts) > 1


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key.isidentifier():
        raise ArgumentError(
            "this is not a parameter.",
            found=repr(text),
            fix="write it as name=value, such as within_days=60.",
        )
    return key, value


def _notebook(path: Path) -> Path:
    for candidate in (NOTEBOOKS / path.with_suffix(".ipynb"), path):
        if candidate.is_file():
            return candidate
    known = sorted(found.stem for found in NOTEBOOKS.glob("*.ipynb"))
    near = get_close_matches(path.stem, known, n=1, cutoff=0.3)
    raise RenderError(
        f"there is no notebook {path}.", found=", ".join(known), fix=f"use {(near or [DEFAULT])[0]}."
    )
