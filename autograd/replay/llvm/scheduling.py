"""Scheduling: in which order instructions stand that do not need each other.

Owns the list scheduling of compilers: of what can run, first what most must follow. A long chain,
as the sum of a penalty is, then goes on between all else, and little of it is left for the end.
Where as many results wait to be read as registers hold, first that after which fewer wait. And owns
what goes together, being a long chain itself.
"""

import heapq
from collections.abc import Callable, Hashable, Iterable, Sequence

AHEAD = 64  # numbers among which those of a kind are looked for
LATENCY = 2  # how many others can begin before the result of an instruction is there


def in_order(needs: Sequence[set[int]], n_registers: int) -> list[int]:
    """The numbers from 0 on, each after those that it needs; these form no circle.

    Args:
        n_registers: how many results can wait to be read and need not be put away meanwhile.
    """
    readers: list[list[int]] = [[] for _ in needs]
    for n, needed in enumerate(needs):
        for m in needed:
            readers[m].append(n)
    to_follow = _to_follow(needs, readers)
    missing, unread = [*map(len, needs)], [*map(len, readers)]
    earliest, is_ready = [0] * len(needs), [False] * len(needs)
    ready: list[tuple[int, int]] = []
    closing: list[int] = []  # those of them after which fewer results wait; and some that are done
    waiting = [(0, n) for n, needed in enumerate(needs) if not needed]
    ordered: list[int] = []
    time = n_ready = n_kept = 0

    def closes(n: int) -> bool:
        return sum([unread[m] == 1 for m in needs[n]]) > (unread[n] > 0)

    while n_ready or waiting:
        while waiting and (waiting[0][0] <= time or not n_ready):
            time, n = max(time, waiting[0][0]), heapq.heappop(waiting)[1]
            heapq.heappush(ready, (-to_follow[n], n))
            is_ready[n] = True
            n_ready += 1
            if closes(n):
                heapq.heappush(closing, n)
        while closing and not is_ready[closing[0]]:
            heapq.heappop(closing)
        n = heapq.heappop(closing) if closing and n_kept >= n_registers else heapq.heappop(ready)[1]
        if not is_ready[n]:
            continue
        ordered.append(n)
        is_ready[n] = False
        time, n_ready, n_kept = time + 1, n_ready - 1, n_kept + (unread[n] > 0)
        for m in needs[n]:
            unread[m] -= 1
            n_kept -= unread[m] == 0
            if unread[m] == 1:
                for k in readers[m]:
                    if is_ready[k] and closes(k):
                        heapq.heappush(closing, k)
        for m in readers[n]:
            earliest[m] = max(earliest[m], time + LATENCY)
            missing[m] -= 1
            if not missing[m]:
                heapq.heappush(waiting, (earliest[m], m))
    if len(ordered) < len(needs):
        raise ValueError("in_order: numbers need each other in a circle")
    return ordered


def together(
    numbers: Sequence[int],
    kind: Callable[[int], Hashable],
    reads: Callable[[int], Iterable[int]],
    most: int,
) -> list[list[int]]:
    """The numbers in their order, some of a kind together that need not come later: 1, 2, 4 ...

    Args:
        kind: of a number; None of one that remains alone.
        reads: the numbers that one needs.
        most: how many at most.
    """
    found: list[list[int]] = []
    is_done: set[int] = set()
    for i, n in enumerate(numbers):
        if n in is_done:
            continue
        group, between = [n], {n}
        for other in numbers[i + 1 : i + AHEAD] if kind(n) is not None else ():
            is_alike = other not in is_done and kind(other) == kind(n)
            if is_alike and between.isdisjoint(reads(other)):
                group.append(other)
            between.add(other)
        size = 1 << min(most, len(group)).bit_length() - 1
        found.append(group[:size])
        is_done.update(group[:size])
    return found


def _to_follow(needs: Sequence[set[int]], readers: Sequence[list[int]]) -> list[int]:
    """How long the longest chain of readers is, of each."""
    missing = [*map(len, readers)]
    found = [0] * len(needs)
    last = [n for n, count in enumerate(missing) if not count]
    while last:
        n = last.pop()
        for m in needs[n]:
            found[m] = max(found[m], found[n] + 1)
            missing[m] -= 1
            if not missing[m]:
                last.append(m)
    return found
