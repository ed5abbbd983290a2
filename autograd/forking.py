"""Forking: locks in a process that `os.fork` has copied, with one of its threads.

Owns that no lock is held there by a thread which does not exist.
"""

import os
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
