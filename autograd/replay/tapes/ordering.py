"""Ordering: what one kind of samples computes, in the order in which another one computes it.

Owns putting instructions in the order they wish, and which instruction of one kind is taken for
which of another while they stand in different orders: the score of a sample's own class, say, is
the first that its loss reads, and what all scores are made of stands in front of that one.
"""

import heapq
from collections import Counter
from collections.abc import Hashable, Sequence
from typing import NamedTuple


class Sequel(NamedTuple):
    """Instructions, each behind those that it reads.

    Attributes:
        signs: what each is known by, apart from what it reads.
        reads: the places of those it reads.
    """

    signs: Sequence[Hashable]
    reads: Sequence[Sequence[int]]


def in_order_of(model: Sequel, other: Sequel) -> list[int]:
    """The places of `other` in an order as near to the model's as what they read allows.

    What is taken for nothing of the model's goes behind what it reads.
    """
    wishes: list[int] = []
    for place, read in zip(_taken_for(model, other), other.reads, strict=True):
        behind = max([wishes[i] for i in read], default=wishes[-1] if wishes else 0)
        wishes.append(behind if place is None else place)
    return by_wishes(other.reads, wishes)


def by_wishes(reads: Sequence[Sequence[int]], wishes: Sequence[int]) -> list[int]:
    """The places, each behind those it reads, else as they wish; but for some that wait in turn."""
    readers: list[list[int]] = [[] for _ in reads]
    missing = [len(read) for read in reads]
    for place, read in enumerate(reads):
        for i in read:
            readers[i].append(place)
    ready = [(wishes[place], place) for place, count in enumerate(missing) if not count]
    heapq.heapify(ready)
    order = []
    while ready:
        _, place = heapq.heappop(ready)
        order.append(place)
        for reader in readers[place]:
            missing[reader] -= 1
            if not missing[reader]:
                heapq.heappush(ready, (wishes[reader], reader))
    return order


def _taken_for(model: Sequel, other: Sequel) -> list[int | None]:
    """For each instruction the model's that computes the same of the same.

    Or else the only one left of its sign, or of its sign among the readers of what one that it
    reads was taken for.
    """
    known: dict[Hashable, int] = {}
    same: dict[int, list[int]] = {}
    for place, whole in reversed([*enumerate(_as_a_whole(model, known))]):
        same.setdefault(whole, []).append(place)
    found: list[int | None] = [
        same[whole].pop() if same.get(whole) else None for whole in _as_a_whole(other, known)
    ]
    taken = {place for place in found if place is not None}
    left = [place for place in range(len(model.signs)) if place not in taken]
    of_sign = _alone([(model.signs[place], place) for place in left])
    of_reader = _alone([((model.signs[p], i), p) for p in left for i in model.reads[p]])
    once = Counter([sign for sign, place in zip(other.signs, found, strict=True) if place is None])
    for k, (sign, read) in enumerate(zip(other.signs, other.reads, strict=True)):
        if found[k] is None:
            likely = [of_reader.get((sign, found[i])) for i in read]
            if once[sign] == 1:
                likely.insert(0, of_sign.get(sign))
            free = [place for place in likely if place is not None and place not in taken]
            found[k] = free[0] if free else None
            taken.update(free[:1])
    return found


def _alone(places: Sequence[tuple[Hashable, int]]) -> dict[Hashable, int]:
    """The place of each key that has but one."""
    count = Counter([key for key, _ in places])
    return {key: place for key, place in places if count[key] == 1}


def _as_a_whole(sequel: Sequel, known: dict[Hashable, int]) -> list[int]:
    """A number for each instruction together with all that it is made of."""
    found: list[int] = []
    for sign, read in zip(sequel.signs, sequel.reads, strict=True):
        found.append(known.setdefault((sign, *[found[i] for i in read]), len(known)))
    return found
