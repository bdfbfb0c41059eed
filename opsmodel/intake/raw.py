"""The raw exports of a client: where they lie, what names their content, and the client's secret."""

import hashlib
import secrets
from pathlib import Path

from opsmodel.errors import IntakeError
from opsmodel.intake.engagement import Engagement

VERSION = "1"  # part of the data version: raise it when the same exports give other tables


def data_version(raw: Path, engagement: Engagement) -> str:
    """A name for the data: of the exports' contents and the settings that change the tables."""
    digest = hashlib.sha256(VERSION.encode())
    for path in sorted(path for path in raw.rglob("*") if path.is_file()):
        with path.open("rb") as file:
            content = hashlib.file_digest(file, "sha256").hexdigest()
        digest.update(f"{path.relative_to(raw).as_posix()}\0{content}\n".encode())
    digest.update(settings_version(engagement).encode())
    return digest.hexdigest()[:12]


def settings_version(engagement: Engagement) -> str:
    """A name for the settings that change the tables; titles, targets and windows do not."""
    deciding = {
        "timezone", "source_timezone", "day_cutoff", "as_of", "source", "files", "columns", "day_first",
        "stages", "loops",
    }  # fmt: skip
    return hashlib.sha256(engagement.model_dump_json(include=deciding).encode()).hexdigest()[:12]


def code_version() -> str:
    """A fingerprint of the intake code, so that a database made by older code is made again."""
    digest = hashlib.sha256()
    for path in sorted(Path(__file__).parent.rglob("*")):
        if path.suffix in (".py", ".yaml") and "sample" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def exports(folder: Path, engagement: Engagement, say) -> Path:
    """The folder of raw exports; an importer fills it the first time."""
    raw = folder / "raw"
    if engagement.source == "completejourney" and not any(raw.glob("*.parquet")):
        from opsmodel.intake.completejourney import export

        say("importing completejourney")
        export(raw)
    elif engagement.source not in ("raw", "completejourney"):
        raw = folder / engagement.source
    if not raw.is_dir() or not any(path.is_file() for path in raw.rglob("*")):
        raise IntakeError(
            f"{engagement.client} has no raw exports.",
            found=f"{raw} is {'empty' if raw.is_dir() else 'missing'}",
            fix=f"put the client's exports (CSV, Excel, Parquet, zip) into {raw}.",
        )
    return raw


def secret_key(folder: Path) -> bytes:
    """The client's secret for keyed hashes, drawn once; without it nobody can link a hash to a phone."""
    path = folder / "secret.key"
    try:
        return bytes.fromhex(path.read_text().strip())
    except FileNotFoundError:
        key = secrets.token_bytes(32)
        path.write_text(key.hex() + "\n")
        path.chmod(0o600)
        return key
