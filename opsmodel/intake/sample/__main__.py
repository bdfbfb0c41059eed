"""`python -m opsmodel.intake.sample demo [FOLDER]` writes the raw exports of the bundled client."""

import sys

from opsmodel.intake.sample import write_client

print(write_client(*sys.argv[1:3]))
