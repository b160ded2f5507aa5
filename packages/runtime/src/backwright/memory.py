"""Giving memory back to the system.

What lives here: how this process's allocator is set. What must not: caches, which bound themselves. A password hash
takes 19 MiB for 50 ms, and uploads take large pieces. Left alone, glibc learns from the first of them to keep
such pieces, in a heap for each thread: a process that could do with 100 MB then stays at 130.
"""

import ctypes
import gc
import sys
from typing import Final

_ARENA_MAX: Final = -8
_MMAP_THRESHOLD: Final = -3
_TRIM_THRESHOLD: Final = -1

YOUNG: Final = 5_000
"""Objects that may become more before the collector looks at them. Requests leave no cycles behind as a rule, and the
700 of Python's own setting are made by one page of a list."""

ARENAS: Final = 2
"""Heaps for all threads together; ours mostly wait for a disk."""

LARGE: Final = 256 * 1024
"""Bytes; pieces from here on are the system's as soon as they are freed."""


def settle() -> None:
    """Set the allocator, give back what the start has left, and let the collector pass over what stays for good.

    Only glibc knows these settings; elsewhere nothing is changed.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG, 20, 20)
    if not sys.platform.startswith("linux"):
        return
    try:
        libc = ctypes.CDLL("libc.so.6")
        for option, value in ((_ARENA_MAX, ARENAS), (_MMAP_THRESHOLD, LARGE), (_TRIM_THRESHOLD, LARGE)):
            libc.mallopt(option, value)
        libc.malloc_trim(0)
    except (OSError, AttributeError):
        return
