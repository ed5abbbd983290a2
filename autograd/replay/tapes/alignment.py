"""Aligning two sequences that are mostly alike.

Owns which members are taken for the same: first what stands once in each (B. Cohen's patience
diff), and what is left between these, if it is little, by the longest common parts.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Hashable, Sequence
from difflib import SequenceMatcher
from itertools import pairwise

LITTLE = 40_000  # pairs


def aligned(a: Sequence[Hashable], b: Sequence[Hashable]) -> list[tuple[int, int]]:
    """Places (i, j) with a[i] == b[j], both increasing."""
    found: list[tuple[int, int]] = []
    pending = [(0, len(a), 0, len(b))]
    while pending:
        low, high, left, right = pending.pop()
        while low < high and left < right and a[low] == b[left]:
            found.append((low, left))
            low, left = low + 1, left + 1
        while low < high and left < right and a[high - 1] == b[right - 1]:
            high, right = high - 1, right - 1
            found.append((high, right))
        if low == high or left == right:
            continue
        anchors = _anchors(a, b, low, high, left, right)
        if anchors:
            found += anchors
            edges = [(low - 1, left - 1), *anchors, (high, right)]
            for (i, j), (k, m) in pairwise(edges):
                pending.append((i + 1, k, j + 1, m))
        elif (high - low) * (right - left) <= LITTLE:
            matcher = SequenceMatcher(None, a[low:high], b[left:right], autojunk=False)
            for block in matcher.get_matching_blocks():
                found += [(low + block.a + k, left + block.b + k) for k in range(block.size)]
    return sorted(found)


def _anchors(
    a: Sequence[Hashable], b: Sequence[Hashable], low: int, high: int, left: int, right: int
) -> list[tuple[int, int]]:
    """What stands once in each of two ranges: of these the most that are in the same order."""
    once = [Counter(part) for part in (a[low:high], b[left:right])]
    place = {b[j]: j for j in range(left, right) if once[1][b[j]] == 1}
    pairs = [(i, place[a[i]]) for i in range(low, high) if once[0][a[i]] == 1 and a[i] in place]
    # The longest increasing part (C. Schensted, 1961).
    ends: list[int] = []
    last: list[int] = []
    before: list[int] = []
    for n, (_, j) in enumerate(pairs):
        at = bisect_left(ends, j)
        before.append(last[at - 1] if at else -1)
        if at == len(ends):
            ends.append(j)
            last.append(n)
        else:
            ends[at], last[at] = j, n
    found = []
    n = last[-1] if last else -1
    while n >= 0:
        found.append(pairs[n])
        n = before[n]
    return found[::-1]
