"""Threads that race: they begin together and take turns as often as the interpreter lets them.

Owns the race that tests run.
"""

import sys
import threading


def in_threads(work, n=8, interval=1e-5):
    """What work(0), ..., work(n - 1) return, each run in a thread of its own; fails if one raises.

    Args:
        interval: seconds until another thread has its turn.
    """
    results, failures = [None] * n, []
    start = threading.Barrier(n)

    def run(k):
        try:
            start.wait()
            results[k] = work(k)
        except BaseException as error:  # noqa: BLE001 - every failure is to be seen
            failures.append(repr(error))

    threads = [threading.Thread(target=run, args=(k,)) for k in range(n)]
    before = sys.getswitchinterval()
    sys.setswitchinterval(interval)
    try:
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    finally:
        sys.setswitchinterval(before)
    assert failures == []
    return results
