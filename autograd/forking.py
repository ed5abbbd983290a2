"""Forking: locks in a process that `os.fork` has copied, with one of its threads.

Owns that no lock is held there by a thread which does not exist.
"""

import os
from collections.abc import Callable
from threading import local
from typing import Any


def freed_by_fork(lock: Any) -> Any:
    """The lock, which a child of a fork finds free: one that nobody holds for long."""
    if hasattr(os, "register_at_fork"):  # where there are forks
        os.register_at_fork(after_in_child=lock._at_fork_reinit)
    return lock


def awaited_by_fork(lock: Any) -> Any:
    """The lock, which a fork waits for: what it stands for is over before there is a child."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(
            before=lock.acquire, after_in_parent=lock.release, after_in_child=lock.release
        )
    return lock


class LateLock:
    """The lock of a library, which may be loaded late or never; for `awaited_by_fork`.

    Args:
        find: gives the lock, a context manager, or None while there is none.
    """

    def __init__(self, find: Callable[[], Any]) -> None:
        self._find = find
        self._held = local()  # what this thread has acquired, one fork inside another

    def acquire(self) -> None:
        """Acquire it, if there is one."""
        lock = self._find()
        if lock is not None:
            lock.__enter__()
        self._held.locks = [*getattr(self._held, "locks", ()), lock]

    def release(self) -> None:
        """Release what `acquire` has acquired."""
        *self._held.locks, lock = self._held.locks
        if lock is not None:
            lock.__exit__(None, None, None)
