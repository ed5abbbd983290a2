"""Assembling: a tape of what samples compute, all the same, and of what is computed once.

Owns the order of its instructions: each after what it reads, those of a sample in theirs, and else
nearly as they stood.
"""

from collections.abc import Mapping, Sequence

from autograd.op import Op
from autograd.replay.tapes.additions import Additions
from autograd.replay.tapes.ordering import by_wishes
from autograd.replay.tapes.tape import Guard, Tape


def assembled(
    additions: Additions,
    members: Sequence[Sequence[int]],
    rows: Sequence[Op],
    reads: Sequence[Sequence[Sequence[tuple[bool, int]]]],
    places: Sequence[Sequence[int]],
    terms: Mapping[tuple[int, int], tuple[int, int]],
) -> tuple[Tape, list[int]] | None:
    """The tape, and of which sample each instruction is, or -1; None if some wait for each other.

    Args:
        additions: the old tape.
        members: for each sample its instructions on the old tape.
        rows: the entries of every sample.
        reads: for each sample and entry what it reads: an entry of the same sample (True), or what
            the old tape has outside of it.
        places: for each sample and member the entry that it is now.
        terms: what an instruction that is no sample's reads, given this and what it read: a sample,
            and an entry.
    """
    old, n, size = additions.tape, len(members), len(rows)
    now: dict[int, int] = {}  # of the old tape's instructions, the new one's number
    for sample, (mine, at) in enumerate(zip(members, places, strict=True)):
        now.update({k: sample * size + entry for k, entry in zip(mine, at, strict=True)})
    once = [k for k in range(len(old.rows)) if k not in now]
    now.update({k: n * size + i for i, k in enumerate(once)})

    # By numbers of the new tape; a slot - first, which is below 0, stays what it is.
    all_reads, wishes = [], []
    for sample in range(n):
        stood = dict(zip(places[sample], members[sample], strict=True))
        wish = -1
        for entry, operands in enumerate(reads[sample]):
            all_reads.append(
                [sample * size + i if is_entry else now.get(i, i) for is_entry, i in operands]
            )
            wish = max(wish, stood.get(entry, -1))
            wishes.append(wish)
    for k in once:
        replaced = [terms.get((k, i)) for i in additions.operands[k]]
        all_reads.append([
            now.get(i, i) if term is None else term[0] * size + term[1]
            for i, term in zip(additions.operands[k], replaced, strict=True)
        ])  # fmt: skip
        wishes.append(k)
    order = _order(all_reads, wishes, n * size, size)
    if order is None:
        return None
    slot = {number: old.first + place for place, number in enumerate(order)}

    def slot_now(slot_before: int) -> int:
        i = slot_before - old.first
        return slot[now[i]] if i >= 0 else slot_before

    new = Tape(
        old.n_inputs,
        old.constants,
        [rows[k % size] if k < n * size else old.rows[once[k - n * size]] for k in order],
        [tuple([slot[i] if i >= 0 else i + old.first for i in all_reads[k]]) for k in order],
        [slot_now(i) for i in old.outputs],
        [Guard(g.question, slot_now(g.a), slot_now(g.b), g.answer) for g in old.guards],
        old.compares,
    )
    return new, [k // size if k < n * size else -1 for k in order]


def _order(
    reads: Sequence[Sequence[int]], wishes: Sequence[int], n_of_samples: int, size: int
) -> list[int] | None:
    """All numbers, each after those it reads and after the one before it of the same sample.

    Else by what they wish; None if some wait for each other.
    """
    needs = [[i for i in read if i >= 0] for read in reads]
    for number in range(n_of_samples):
        if number % size:
            needs[number].append(number - 1)
    order = by_wishes(needs, wishes)
    return order if len(order) == len(reads) else None
