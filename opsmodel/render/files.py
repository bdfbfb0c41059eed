"""Files of a report folder: names that are safe, and writes that are whole or absent."""

import os
import re
import shutil
import time
import uuid
from hashlib import sha256
from pathlib import Path

SCRATCH = ".tmp"
_PLAIN = re.compile(r"[A-Z0-9][A-Z0-9_-]{0,47}")
_RESERVED = re.compile(r"CON|PRN|AUX|NUL|COM\d|LPT\d|ASSETS|INDEX|MANIFEST|LEDGER")
_ABANDONED_SECONDS = 24 * 3600


def safe_part(identifier: str) -> str:
    """A store id as the name of a folder: no two ids share one, on any file system.

    Capital letters, digits, `-` and `_` stay as they are. Everything else (Windows ignores case, a
    client's id can hold anything) becomes its readable part, `~` and a part of its hash.

    >>> safe_part("S001"), safe_part("../s001")
    ('S001', 's001~d6edfe9409db')
    """
    if _PLAIN.fullmatch(identifier) and not _RESERVED.fullmatch(identifier):
        return identifier
    readable = re.sub(r"[^A-Za-z0-9]+", "-", identifier).strip("-").lower()[:32]
    digest = sha256(identifier.encode("utf-8", "surrogatepass")).hexdigest()[:12]
    return f"{readable or 'store'}~{digest}"


def scratch_in(home: Path) -> Path:
    """Where a run keeps its temporary files: inside the report folder, so that renames are atomic."""
    return home / SCRATCH / uuid.uuid4().hex


def open_scratch(scratch: Path) -> None:
    """Make the folder; remove those that runs killed long ago have left."""
    for old in scratch.parent.glob("*"):
        if time.time() - old.stat().st_mtime > _ABANDONED_SECONDS:
            shutil.rmtree(old, ignore_errors=True)
    scratch.mkdir(parents=True)


def close_scratch(scratch: Path) -> None:
    """Remove this run's temporary files, and their parent folder if no other run uses it."""
    shutil.rmtree(scratch, ignore_errors=True)
    try:
        scratch.parent.rmdir()
    except OSError:
        return


def write_whole(path: Path, content: str | bytes, scratch: Path) -> None:
    """Write a file so that its name appears only once all of it is on disk."""
    temporary = scratch / uuid.uuid4().hex
    with temporary.open("wb") as file:
        file.write(content.encode("utf-8") if isinstance(content, str) else content)
        file.flush()
        os.fsync(file.fileno())
    path.parent.mkdir(parents=True, exist_ok=True)
    os.replace(temporary, path)
