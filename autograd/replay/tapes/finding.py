"""Finding: which parts of a tape are the same program, for one sample of a batch each.

Owns where samples are looked for: what is made of one sample's inputs, where these are known; what
a sum adds, what a wide row reads, and outputs may be of one sample each, and what is made for one
alone is its own. See `owning` for the rest of the tape.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import NamedTuple

from autograd.replay.tapes.additions import Additions
from autograd.replay.tapes.dividing import MOST_GATHERED, alike, divided, may_be_alike
from autograd.replay.tapes.kinds import LEAST, made_alike
from autograd.replay.tapes.neutral import without_ones
from autograd.replay.tapes.owning import members_of
from autograd.replay.tapes.samples import FEWEST, Samples
from autograd.replay.tapes.tape import Tape

ENOUGH = 0.3  # of a tape may be no sample's; if it is more, other samples are looked for
WORTH = 0.875  # if more is no sample's, samples gain little, and to divide a tape takes long
LENGTHS, SIZES = 4, 4  # numbers of samples that are tried, and for each rows of so many sizes
MANY = 6  # samples, of which most are not as large by chance
NEARLY, LITTLE = 0.1, 0.5  # as much as most samples have of their own; hardly any of it
MOST_TWICE = 2.0  # times as many instructions, if what is computed twice is
MOST_OUTPUTS = 8  # of each sample, among which its parts are looked for


class _Found(NamedTuple):
    """The tape, or one with all samples alike; these, if any.

    Attributes:
        has_twins: whether there may be better ones in a tape where nothing is merged.
    """

    tape: Tape
    samples: Samples | None
    has_twins: bool


class _Division(NamedTuple):
    """Instructions known to be of one sample each.

    Attributes:
        owner: for each instruction its sample, or -1.
        members: for each sample its instructions, in order.
    """

    owner: list[int]
    members: list[list[int]]


def find_samples(
    tape: Tape,
    of_inputs: Sequence[int] = (),
    guesses: Sequence[Sequence[int]] = (),
    unmerged: Callable[[], Tape] | None = None,
    gathered: float = MOST_GATHERED,
) -> tuple[Tape, Samples | None]:
    """The tape, or one with all samples alike if they are of several kinds; and these, if any.

    Args:
        tape: in plain arithmetic (see `straighten`).
        of_inputs: of which sample each of its inputs is, or -1; where nothing is known, nothing.
        guesses: the same, where it may be so.
        unmerged: gives the tape in which nothing that is computed twice is computed once. Samples
            that compute the same are one, there and not here.
        gathered: as for `divided`.
    """
    new, samples, has_twins = _search(tape, of_inputs, guesses, gathered)
    if has_twins and unmerged is not None:
        whole = unmerged()
        if len(tape.rows) < len(whole.rows) <= MOST_TWICE * len(tape.rows):
            of_whole = _search(whole, of_inputs, guesses, gathered)
            if _length(of_whole.tape, of_whole.samples) < ENOUGH * _length(new, samples):
                new, samples, _ = of_whole
    return new, without_ones(new, samples) if samples is not None else None


def _search(
    tape: Tape,
    of_inputs: Sequence[int],
    guesses: Sequence[Sequence[int]],
    gathered: float,
) -> _Found:
    additions = Additions(tape)
    best: tuple[Tape, Samples | None] = tape, None
    shortest = int(WORTH * len(tape.rows))
    tried: set[tuple[int, ...]] = set()
    has_twins = False
    for divisions in _divisions(additions, of_inputs, guesses):
        unlike = []
        for owner, members in divisions:
            is_likely = may_be_alike(additions, members)
            found = alike(additions, owner) if is_likely else None
            if found is None:
                has_twins |= _may_have_twins(members, len(owner))
                unlike.append(_Division(owner, members_of(owner) if is_likely else members))
                continue
            samples = divided(additions, found, shortest, gathered)
            if samples is not None:
                best, shortest = (tape, samples), sum(map(len, samples.scalars))
            if shortest < ENOUGH * len(tape.rows):
                return _Found(*best, False)
        made = _of_kinds(additions, unlike, tried, gathered)
        if made is not None and _length(*made) < _length(*best):
            return _Found(*made, False)
    return _Found(*best, has_twins)


def _may_have_twins(members: Sequence[list[int]], n_rows: int) -> bool:
    """Whether most samples have as much of their own, and some hardly any.

    What two of them compute alike, because they are the same numbers, is neither's.
    """
    sizes = sorted(map(len, members))
    if len(sizes) < MANY or sum(sizes) < LEAST * n_rows:
        return False
    typical = sizes[-len(sizes) // 4]  # of most samples that compute what no other does
    n_alike = sum([abs(size - typical) <= NEARLY * typical for size in sizes])
    return n_alike * 2 > len(sizes) and sizes[0] < LITTLE * typical


def _of_kinds(
    additions: Additions,
    unlike: Sequence[_Division],
    tried: set[tuple[int, ...]],
    gathered: float,
) -> tuple[Tape, Samples] | None:
    """The tape with samples of several kinds made alike, and these; those `tried` are not again."""
    for owner, members in unlike:
        made = made_alike(additions, owner, members, tried)
        if made is None:
            continue
        new, of_samples = made
        of_new = Additions(new)
        is_likely = may_be_alike(of_new, members_of(of_samples))
        found = alike(of_new, of_samples) if is_likely else None
        samples = found and divided(of_new, found, int(ENOUGH * len(new.rows)), gathered)
        if samples is not None:
            return new, samples
    return None


def _length(tape: Tape, samples: Samples | None) -> int:
    """How many instructions there are to write."""
    once = samples.scalars if samples is not None else [tape.rows]
    return sum(map(len, once)) + (len(samples.rows) if samples is not None else 0)


def _divisions(
    additions: Additions, of_inputs: Sequence[int], guesses: Sequence[Sequence[int]]
) -> Iterator[list[_Division]]:
    """Likely divisions first, some at a time."""
    if of_inputs:
        yield [_reading(additions, of_inputs)]
    for candidates in _candidates(additions):
        # Of which most is made is likely to be right; to find out takes a fraction of dividing.
        made = [_made_alone(additions, terms) for terms in candidates]
        yield sorted(made, key=lambda division: -sum(map(len, division.members)))
    for guess in guesses:
        yield [_reading(additions, guess)]


def _reading(additions: Additions, of_inputs: Sequence[int]) -> _Division:
    """What is made of one sample's inputs is its own."""
    first = additions.tape.first
    none, several = -1, -2
    of_slots = [*of_inputs, *[none] * (first - len(of_inputs))]
    owner: list[int] = []
    for operands in additions.operands:
        mine = none
        for i in operands:
            sample = owner[i] if i >= 0 else of_slots[i + first]
            if sample not in (none, mine):
                mine = sample if mine == none else several
        owner.append(mine)
    for tail in additions.tails:  # a sum over samples begins with the first one's alone
        if owner[tail] < 0:
            for k in additions.links(tail):
                owner[k] = none
    owner = [max(sample, none) for sample in owner]
    return _Division(owner, members_of(owner))


def _candidates(additions: Additions) -> Iterator[list[list[int]]]:
    """Instructions that may be of one sample each: terms of sums, operands, outputs.

    Those of the numbers by which most is added up: first the ones made of most, then others; where
    samples meet (as in the variance of a batch), only what comes before shows them.
    """
    # What is no instruction has a negative number: as Python counts, a place behind them all.
    size = [0.0] * (len(additions.operands) + additions.tape.first)
    for k, operands in enumerate(additions.operands):
        total = 1.0
        for i in operands:
            total += size[i]
        size[k] = total
    by_length: dict[int, dict[float, list[int]]] = {}
    weight: Counter[int] = Counter()
    for made in _rows_of_instructions(additions):
        # terms that were there before the samples, such as a penalty's, are made of little
        largest = max([size[i] for i in made], default=0.0)
        terms = [i for i in made if size[i] * 4.0 > largest]
        if len(terms) >= FEWEST and len(set(terms)) == len(terms):
            by_length.setdefault(len(terms), {}).setdefault(largest, terms)
            weight[len(terms)] += len(terms)
    found = []
    for length, _ in weight.most_common(LENGTHS):
        known = by_length[length]
        sizes = sorted(known, reverse=True)
        places = {round((len(sizes) - 1) * j / (SIZES - 1)) for j in range(SIZES)}
        found.append([known[sizes[j]] for j in sorted(places)])
    for some in zip_longest(*found):
        yield [terms for terms in some if terms is not None]


def _rows_of_instructions(additions: Additions) -> Iterator[list[int]]:
    """The terms of each sum, the operands of each wide row, the outputs, one or all of each."""
    for tail in additions.tails:
        links = additions.links(tail)
        if len(links) >= FEWEST - 1:
            added = additions.added(links)
            yield [i for i in added if i >= 0]
            n_own = additions.n_of_the_first(links, added[len(added) // 2])
            if n_own:
                yield [links[n_own - 1], *[i for i in added[n_own + 1 :] if i >= 0]]
    for operands in additions.operands:
        if len(operands) >= FEWEST:
            yield [i for i in operands if i >= 0]
    outputs = [slot - additions.tape.first for slot in additions.tape.outputs]
    for step in range(1, MOST_OUTPUTS + 1):  # of each sample; one of them shows it
        if len(outputs) % step == 0:
            yield [i for i in outputs[::step] if i >= 0]


def _made_alone(additions: Additions, terms: Sequence[int]) -> _Division:
    """What one sample's term alone is made of is its own; no other instruction is looked at."""
    none, several = -1, -2
    owner = [none] * len(additions.operands)
    for sample, term in enumerate(terms):
        owner[term] = sample
    is_reached = bytearray(max(terms) + 1)
    for term in terms:
        is_reached[term] = 1
    members: list[list[int]] = [[] for _ in terms]
    k = len(is_reached)
    while (k := is_reached.rfind(1, 0, k)) >= 0:  # what reads an instruction stands behind it
        mine = owner[k]
        for i in additions.operands[k]:
            if i >= 0 and owner[i] != mine:
                owner[i] = mine if owner[i] == none else several
                is_reached[i] = 1
        if mine == several:
            owner[k] = none
        else:
            members[mine].append(k)
    for own in members:
        own.reverse()
    while members and not members[-1]:  # of a term that another one is made of, too
        members.pop()
    return _Division(owner, members)
