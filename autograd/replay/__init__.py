"""Replaying: a recorded graph as a program at native speed, with the same bits.

In order: `recording` runs a function once, `tapes` are what it did as instructions, `python` and
`llvm` write these as programs; `programs` is what the two have in common, `backends` chooses
between them, `tiers` when a long one is translated, `reports` tells what was made. `calls` is a
compiled function, `training` many batches in one call; `handlers` lets nobody take what a signal's
handler raises for an error of the function.
"""

from autograd.containers import Shape as Shape, flatten as flatten
from autograd.forking import awaited_by_fork as awaited_by_fork, freed_by_fork as freed_by_fork
from autograd.replay.calls.compiled import Compiled as Compiled
from autograd.replay.calls.compiling import compile as compile
from autograd.replay.handlers import pass_on as pass_on
from autograd.replay.programs import MOST_REMEMBERED as MOST_REMEMBERED, Decision as Decision
from autograd.replay.recording.refusals import (
    too_many_ways_to_pay as too_many_ways_to_pay,
    too_much_to_look_at as too_much_to_look_at,
)
from autograd.replay.reports import PathReport as PathReport
from autograd.replay.training.descent import Descent as Descent
from autograd.replay.training.done import Done as Done, Returned as Returned
from autograd.replay.training.legend import Words as Words
from autograd.replay.training.orders import (
    draw_orders as draw_orders,
    shuffles_as_usual as shuffles_as_usual,
)
from autograd.replay.training.running import STATE_NOTED as STATE_NOTED
from autograd.replay.training.totals import means_of as means_of
from autograd.replay.training.ways import Ways as Ways

__all__ = [
    "MOST_REMEMBERED",
    "STATE_NOTED",
    "Compiled",
    "Decision",
    "Descent",
    "Done",
    "PathReport",
    "Returned",
    "Shape",
    "Ways",
    "Words",
    "awaited_by_fork",
    "compile",
    "draw_orders",
    "flatten",
    "freed_by_fork",
    "means_of",
    "pass_on",
    "shuffles_as_usual",
    "too_many_ways_to_pay",
    "too_much_to_look_at",
]
