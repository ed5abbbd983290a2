"""Kinds of samples: which of them are the same program, where not all are.

Owns telling kinds apart, and whether they are near enough to be made alike (see `union`). Whoever
takes the logarithm of the probability of a sample's class out of a list, decides by its label, or
leaves out the half of a loss that the label multiplies by 0, writes another program for each class;
but these have nearly all in common.
"""

from collections import Counter
from collections.abc import Hashable, Sequence

from autograd.replay.tapes.additions import Additions
from autograd.replay.tapes.ordering import Sequel, in_order_of
from autograd.replay.tapes.owning import Sum, counted, members_of, owned
from autograd.replay.tapes.samples import FEWEST
from autograd.replay.tapes.tape import Tape
from autograd.replay.tapes.union import Kind, Union

MOST_KINDS = 64
# Of so many instructions, or this part of them, kinds may differ; other parts of a tape are no
# samples.
FEW, PART = 24, 0.25
TIMES = 2  # as many instructions as the longest kind has may be in the program for all
# So much of a tape must be known to be of samples, and then be of these or their sums; otherwise
# others are looked for.
LEAST, MOST = 0.02, 0.7


def made_alike(
    additions: Additions,
    owner: list[int],
    members: list[list[int]],
    tried: set[tuple[int, ...]],
) -> tuple[Tape, list[int]] | None:
    """The tape with all samples alike, and of which sample each instruction is; None if in vain.

    Args:
        owner: for each instruction the sample it is known to be of, or -1; is completed.
        members: for each sample these instructions.
        tried: what has been in vain; this one is added.
    """
    n_known = sum(map(len, members))
    if n_known < LEAST * len(owner) or len(members) < FEWEST or not _are_near(additions, members):
        return None
    if (key := tuple(owner)) in tried:
        return None
    tried.add(key)
    sums = owned(additions, owner)
    members = members_of(owner)
    n_now = sum(map(len, members))
    n_summed = sum([len(total.links) for total in sums])
    if n_now + n_summed < MOST * len(owner) or not _are_near(additions, members):
        return None
    if n_now > n_known:  # what is made of one sample alone may only be seen now
        sums = owned(additions, owner)
        members = members_of(owner)
    kinds = _kinds(additions, owner, members, sums)
    if not 1 < len(kinds) <= MOST_KINDS:
        return None
    longest = max([len(kind.signs) for kind in kinds])
    most = TIMES * max(FEW, longest)
    made = Union(additions, owner, members, sums, kinds).tape(most)
    if made is None:  # they may have more in common in another order
        kinds = [kinds[0], *[_reordered(additions, members, kinds[0], kind) for kind in kinds[1:]]]
        made = Union(additions, owner, members, sums, kinds).tape(most)
    return made


def _reordered(additions: Additions, members: list[list[int]], model: Kind, kind: Kind) -> Kind:
    """The kind, and in `members` its samples, as nearly as possible in the order of another."""
    model_and_kind = [
        Sequel(
            each.signs,
            [
                [each.place[i] for i in additions.operands[k] if i in each.place]
                for k in members[each.model]
            ],
        )
        for each in (model, kind)
    ]
    order = in_order_of(*model_and_kind)
    for sample in kind.samples:
        members[sample] = [members[sample][p] for p in order]
    place = {k: p for p, k in enumerate(members[kind.model])}
    return kind._replace(signs=[kind.signs[p] for p in order], place=place)


def _are_near(additions: Additions, members: Sequence[list[int]]) -> bool:
    """Whether samples have nearly as many instructions of each row: quick to see if not."""
    first, *others = counted(additions, members)
    most = max(FEW, PART * first.total())
    different = {frozenset(count.items()): count for count in others}
    return len(different) < MOST_KINDS and all(
        ((count - first) + (first - count)).total() <= most for count in different.values()
    )


def _kinds(
    additions: Additions, owner: list[int], members: Sequence[list[int]], sums: Sequence[Sum]
) -> list[Kind]:
    """The kinds, in the order of their first samples; one more than there may be if there are more.

    An instruction is known by its row, by what it reads that most samples share, such as a weight,
    and by the sum over most of them that it is a term of, such as a weight's gradient. What few
    read, such as a row of a table, is each one's own.
    """
    tape = additions.tape
    constants = range(tape.n_inputs - tape.first, 0)  # of which each sample may have its own
    shared = {i for i in _read_by_most(additions, members, owner) if i not in constants}
    term_of = {
        i: number
        for number, total in enumerate(sums)
        if len({owner[i] for i in total.terms if i >= 0} - {-1}) * 2 > len(members)
        for i in total.terms
    }
    known: dict[Hashable, int] = {}
    kinds: list[Kind] = []
    for sample, mine in enumerate(members):
        place = {k: p for p, k in enumerate(mine)}
        signs: list[Hashable] = []
        inner = []
        for k in mine:
            read = additions.operands[k]
            inner.append(tuple([place.get(i, -1) for i in read]))
            known_by = [i if i in shared else None for i in read]
            signs.append((id(tape.rows[k]), *known_by, term_of.get(k)))
        number = known.setdefault((*signs, *inner), len(known))
        if number > MOST_KINDS:
            break
        if number == len(kinds):
            kinds.append(Kind(sample, set(), signs, place))
        kinds[number].samples.add(sample)
    return kinds


def _read_by_most(
    additions: Additions, members: Sequence[list[int]], owner: Sequence[int]
) -> set[int]:
    """What more than half of the samples read and is no sample's."""
    count: Counter[int] = Counter()
    for mine in members:
        read = {i for k in mine for i in additions.operands[k]}
        count.update([i for i in read if i < 0 or owner[i] < 0])
    return {i for i, n in count.items() if n * 2 > len(members)}
