"""How Jupyter gets a forked kernel: a provisioner, chosen by name like any other.

Set JUPYTER_DEFAULT_PROVISIONER_NAME to `local-provisioner` to start every kernel cold.
"""

import json
import os
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from typing import Any

from jupyter_client.provisioning import KernelProvisionerFactory, LocalProvisioner

from opsmodel.render.kernels.server import LAUNCHER

NAME = "opsmodel-warm"
CHOICE = "JUPYTER_DEFAULT_PROVISIONER_NAME"
ADDRESS = "OPSMODEL_WARM_KERNELS"

_ended: list[float] = []  # CPU seconds of the forked kernels this process has seen end


def prefer_warm() -> None:
    """Let this process ask for forked kernels, unless the environment has chosen a provisioner."""
    if CHOICE not in os.environ:
        KernelProvisionerFactory.instance().default_provisioner_name = NAME


def forked_cpu_seconds() -> float:
    """CPU seconds of the forked kernels started from this process that have ended."""
    return sum(_ended)


class WarmProvisioner(LocalProvisioner):
    """A local kernel, forked where the kernel's environment names a warm process that answers.

    Jupyter knows it by NAME, through the package's entry points.
    """

    async def launch_kernel(self, cmd: list[str], **kwargs: Any):
        """Launch the kernel: the warm process forks it, or Popen starts it."""
        environment = kwargs.get("env") or dict(os.environ)
        address = environment.get(ADDRESS)
        if address and cmd[0] == sys.executable and LAUNCHER in cmd:
            with suppress(OSError):
                kernel = ForkedKernel(address, cmd, environment, kwargs)
                self.process = kernel  # type: ignore[assignment]
                self.pid = self.pgid = kernel.pid
                self.cwd = kwargs.get("cwd")
                return self.connection_info
        return await super().launch_kernel(cmd, **kwargs)


class ForkedKernel:
    """A process of the warm process, as subprocess.Popen would show it.

    Its line to the warm process carries its pid, then how it ended; the line's end is its death warrant.
    """

    stdin = stdout = stderr = None

    def __init__(self, address: str, command: list[str], environment: dict[str, str], how: dict) -> None:
        request = {"command": command, "environment": environment, "cwd": str(how.get("cwd") or os.getcwd())}
        self._line = socket.socket(socket.AF_UNIX)
        self._line.settimeout(60)  # the warm process may still be importing
        self._heard = b""
        try:
            self._line.connect(address)
            files = [_number(how.get(name), default) for name, default in (("stdout", 1), ("stderr", 2))]
            socket.send_fds(self._line, [b"%"], files)
            self._line.sendall(json.dumps(request).encode() + b"\n")
            self.pid = int(self._said())
        except (OSError, ValueError) as error:
            self._line.close()
            raise OSError(f"the warm process gave no kernel: {error}") from error
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """The exit code, or None while the kernel runs."""
        return self._ending(0)

    def wait(self, timeout: float | None = None) -> int:
        """The exit code, once there is one."""
        code = self._ending(timeout)
        if code is None:
            raise subprocess.TimeoutExpired("kernel", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """Signal the kernel, unless it is known to have ended."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """Ask the kernel to end."""
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """End the kernel."""
        self.send_signal(signal.SIGKILL)

    def _ending(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            self._line.settimeout(timeout)
            try:
                code, cpu = self._said().split()
            except (BlockingIOError, TimeoutError):
                return None
            except (OSError, ValueError):  # the warm process was killed, and its kernels with it
                code, cpu = str(-signal.SIGKILL), "0"
            self.returncode = int(code)
            self._line.close()
            _ended.append(float(cpu))
        return self.returncode

    def _said(self) -> str:
        """The next line; an empty one once nobody speaks any more."""
        while b"\n" not in self._heard:
            if not (more := self._line.recv(4096)):
                return ""
            self._heard += more
        line, _, self._heard = self._heard.partition(b"\n")
        return line.decode()


def _number(file, default: int) -> int:
    """The file descriptor of what Popen calls stdout: a file, a number, DEVNULL or nothing."""
    if file is None:
        return default
    if file == subprocess.DEVNULL:
        return os.open(os.devnull, os.O_WRONLY)
    return file if isinstance(file, int) else file.fileno()
