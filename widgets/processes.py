"""Worker processes: how they share memory, keep it, and end."""

import ctypes
import gc
import multiprocessing
import os
import signal
import sys

from uvicorn import _subprocess
from uvicorn.supervisors import Multiprocess

_TRIM, _MAP, _ARENAS = -1, -3, -8
"""The allocator's options: from how many free bytes on memory goes back to the system, of how many bytes blocks are the system's own, and how
many heaps threads share."""
_BUFFERS = 1 << 20


class Workers(Multiprocess):
    """Worker processes that take no more requests once they end."""

    def terminate_all(self) -> None:
        """Close the socket here as well: for as long as one process holds it, the system takes connections that nobody answers."""
        for one in self.sockets:
            one.close()
        super().terminate_all()


def share_memory() -> None:
    """Let worker processes be copies of this one, which share its code and templates, in place of new ones that load their own."""
    from widgets.render import load_templates  # noqa: PLC0415 - with what answers, once the languages are read

    if sys.platform == "linux":  # elsewhere a copy may meet system libraries that do not stand it
        load_templates()
        gc.collect()  # nothing that is open goes with a copy
        gc.freeze()
        os.register_at_fork(after_in_child=_own_signals)
        _subprocess.spawn = multiprocessing.get_context("fork")  # type: ignore[assignment]  # uvicorn has no setting for it


def _own_signals() -> None:
    """A copy ends when it is told to, as a new process does, also before it has a server that ends in order."""
    for number in (signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)


def keep_buffers() -> None:
    """Keep the buffers that compressing needs for each answer: to ask the system for them anew takes a third of a first answer's time.

    Threads share one heap: Python lets one of them run at a time, and a heap for each would hold 2 MB more.
    """
    set_option = getattr(ctypes.CDLL(None), "mallopt", None)  # only the GNU C library has it
    if set_option:
        set_option(_TRIM, _BUFFERS)
        set_option(_MAP, _BUFFERS)
        set_option(_ARENAS, 1)
