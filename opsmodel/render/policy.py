"""What a page may load and run: its own scripts, nothing from the network."""

import base64
from hashlib import sha256


def policy(*scripts: str, files: str = "") -> str:
    """A content security policy that lets these inline scripts run and no other.

    scripts  the exact text between the tags
    files    sources of script files, for pages that share one copy of plotly.js
    """
    hashes = " ".join(
        f"'sha256-{base64.b64encode(sha256(script.encode('utf-8')).digest()).decode()}'" for script in scripts
    )
    return (
        f"default-src 'none'; script-src {hashes} {files}".rstrip()
        + "; style-src 'unsafe-inline'; img-src data: blob:; font-src data:"
        + "; base-uri 'none'; form-action 'none'"
    )
