"""The warm process of one run: started with it, ended with it."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from opsmodel.render.job import Job
from opsmodel.render.kernels.provisioner import ADDRESS, CHOICE

# a process with threads cannot be forked safely: numpy's and pyarrow's are not started
ONE_THREAD = {
    **dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"),
    "JE_ARROW_MALLOC_CONF": "background_thread:false",
}


@contextmanager
def warm_kernels(jobs: Sequence[Job], log: Path) -> Iterator[Sequence[Job]]:
    """Keep a warm process for these jobs; gives the jobs, their kernels told where to find it.

    log  takes what the warm process prints

    They are given back as they are where a warm process is no use: for a single job, where processes cannot
    be forked, or where JUPYTER_DEFAULT_PROVISIONER_NAME has chosen another way to start kernels.
    """
    if sys.platform != "linux" or CHOICE in os.environ or len(jobs) < 2:
        yield jobs
        return
    notebooks = sorted({str(job.notebook) for job in jobs})
    with tempfile.TemporaryDirectory(prefix="opsmodel-") as folder, log.open("wb") as out:
        address = f"{folder}/warm"
        command = [sys.executable, "-m", "opsmodel.render.kernels.server", address, *notebooks]
        process = subprocess.Popen(
            command,
            env={**os.environ, **jobs[0].environment, **ONE_THREAD},
            stdin=subprocess.PIPE,  # its end tells the warm process that this one is gone
            stdout=out,
            stderr=out,
            start_new_session=True,
        )
        try:
            yield [replace(job, environment={**job.environment, ADDRESS: address}) for job in jobs]
        finally:
            process.stdin.close()  # type: ignore[union-attr]
            process.wait()
