"""The warm process: imports once, then forks a kernel for everyone who asks.

    python -m opsmodel.render.kernels.server ADDRESS NOTEBOOK...

It has one thread and no connection of any kind when it forks. It ends when its standard input does, and
takes its kernels along; a kernel ends when the one who asked for it is gone.
"""

import atexit
import gc
import json
import os
import random
import signal
import socket
import sys
import traceback
from contextlib import suppress
from importlib.util import find_spec
from selectors import EVENT_READ, DefaultSelector
from typing import Any, NamedTuple

LAUNCHER = "ipykernel_launcher"


class Request(NamedTuple):
    """What a kernel is asked to be: its command line, environment and folder; where it prints."""

    command: list[str]
    environment: dict[str, str]
    cwd: str
    files: list[int]


class Kernel(NamedTuple):
    """A forked kernel: its process, a file that can be read once it has ended, the line to who asked."""

    pid: int
    ended: int
    line: socket.socket


def serve(address: str, notebooks: list[str]) -> None:
    """Take requests from the start, answer them after the rehearsal, until the input ends."""
    from opsmodel.render.kernels.rehearsal import rehearse, threads

    with socket.socket(socket.AF_UNIX) as listener, DefaultSelector() as selector:
        listener.bind(address)
        listener.listen(128)
        rehearse(notebooks)
        if len(running := threads()) > 1:
            sys.exit(f"threads run after the imports, kernels start cold: {running}")
        gc.collect()
        gc.freeze()
        selector.register(sys.stdin.fileno(), EVENT_READ)
        selector.register(listener, EVENT_READ)
        request = _answer(listener, selector)
    if request:
        _become_kernel(request)


def _answer(listener: socket.socket, selector: DefaultSelector) -> Request | None:
    """Fork for everyone who asks; None once the input has ended. In a forked process: what it is to be."""
    kernels: set[Kernel] = set()
    while True:
        for key, _ in selector.select():
            if key.fd == sys.stdin.fileno():
                for kernel in kernels:
                    _kill(kernel)
                return None
            if key.fileobj is listener:
                line, _ = listener.accept()
                request = _read(line)
                pid = os.fork() if request else None
                if pid == 0:
                    for kernel in kernels:
                        _hang_up(kernel)
                    line.close()
                    return request
                if pid:
                    kernels.add(_registered(pid, line, selector))
                else:
                    line.close()
                for file in request.files if request else ():
                    os.close(file)
            elif key.data in kernels:
                kernels.remove(key.data)
                if key.fileobj is key.data.line:  # whoever asked is gone
                    _kill(key.data)
                _bury(key.data, selector)


def _registered(pid: int, line: socket.socket, selector: DefaultSelector) -> Kernel:
    """Tell whoever asked of the new kernel, and listen for its end and theirs."""
    kernel = Kernel(pid, os.pidfd_open(pid), line)
    for sign in (kernel.ended, kernel.line):
        selector.register(sign, EVENT_READ, kernel)
    _tell(kernel, f"{pid}")
    return kernel


def _read(line: socket.socket) -> Request | None:
    """The request on a new line, or None if it makes no sense."""
    try:
        line.settimeout(10)
        _, files, _, _ = socket.recv_fds(line, 1, 2)
        with line.makefile("rb") as text:
            request = Request(**json.loads(text.readline()), files=files)
        request.command.index(LAUNCHER)
    except (OSError, ValueError, TypeError) as problem:
        print("a request could not be read:", problem, file=sys.stderr, flush=True)
        return None
    return request


def _tell(kernel: Kernel, message: str) -> None:
    with suppress(OSError):  # whoever asked may be gone
        kernel.line.sendall(message.encode() + b"\n")


def _kill(kernel: Kernel) -> None:
    """End the kernel and what it has started; a process just forked has no group of its own yet."""
    for end in (os.killpg, os.kill):
        with suppress(ProcessLookupError):
            end(kernel.pid, signal.SIGKILL)


def _bury(kernel: Kernel, selector: DefaultSelector) -> None:
    """Say how the kernel ended and what it used."""
    _, status, used = os.wait4(kernel.pid, 0)
    _tell(kernel, f"{os.waitstatus_to_exitcode(status)} {used.ru_utime + used.ru_stime:.3f}")
    for sign in (kernel.ended, kernel.line):
        selector.unregister(sign)
    _hang_up(kernel)


def _hang_up(kernel: Kernel) -> None:
    os.close(kernel.ended)
    kernel.line.close()


def _become_kernel(request: Request) -> None:
    """Be the process that the command line would have started; never returns."""
    code: Any = 1
    try:
        os.setsid()
        signal.signal(signal.SIGINT, signal.default_int_handler)
        with open(os.devnull) as nothing:
            for file, number in zip([nothing.fileno(), *request.files], (0, 1, 2), strict=True):
                os.dup2(file, number)
        for file in request.files:
            os.close(file)
        os.environ.clear()
        os.environ.update(request.environment, JPY_PARENT_PID=str(os.getppid()))
        os.chdir(request.cwd)
        random.seed()
        if "numpy" in sys.modules:
            sys.modules["numpy"].random.seed()
        from ipykernel.kernelapp import IPKernelApp

        _flush_only_what_was_written()
        given = request.command[request.command.index(LAUNCHER) + 1 :]
        sys.argv = [str(find_spec(LAUNCHER).origin), *given]  # type: ignore[union-attr]
        IPKernelApp.launch_instance([*given, f"--IPKernelApp.parent_handle={os.getppid()}"])
        code = 0
    except SystemExit as leaving:
        code = leaving.code
    except BaseException:
        traceback.print_exc()
    finally:
        atexit._run_exitfuncs()
        sys.stdout.flush(), sys.stderr.flush()
        os._exit(code if isinstance(code, int) else int(code is not None))


def _flush_only_what_was_written() -> None:
    """Spare the waits for another thread, six in every cell, where nothing was printed: a tenth of a page."""
    from ipykernel.iostream import OutStream

    flush = OutStream.flush

    def flush_if_written(self) -> None:
        if getattr(self, "_buffers", True):
            flush(self)

    OutStream.flush = flush_if_written  # type: ignore[method-assign]


if __name__ == "__main__":
    sys.path.pop(0)  # a kernel's path does not begin with the folder of this process
    serve(sys.argv[1], sys.argv[2:])
    os._exit(0)  # an ordinary exit would report the frozen heap as a leak
