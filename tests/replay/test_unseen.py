"""Code that decides by a bool where nobody sees it, and that is found by no name of its own.

Owns that each comparison is a question then, also when both answers have been seen before the code
runs; and that one program serves where what is found so does not decide.
"""

from __future__ import annotations

import operator
from functools import partial
from operator import is_ as is_the_same
from types import ModuleType, SimpleNamespace

import pytest

import autograd as ag
from tests.replay.eager import agree

# Both answers are seen while y < 0; then other code runs.
CALLS = [(1.0, -1.0), (-1.0, -1.0), (-2.0, -1.0), (2.0, -1.0), (3.0, -1.0), (-3.0, -2.0),
         (-1.0, 1.0), (-2.0, 1.0), (-3.0, 2.0), (4.0, 2.0)]  # fmt: skip

_decide = lambda c, a, b: a if c is True else b  # noqa: E731 - nobody calls it by this name
_select = lambda c, a, b: ag.where(c, a, b)  # noqa: E731
others = ModuleType("others")
exec("class Picking:\n    def __call__(self, c, a, b):\n        return a if c is True else b\n",
     vars(others))  # fmt: skip


def _asking(pick):
    """A function that gives a bool to what `pick()` returns."""

    def f(x, y):
        c = x > 0.0
        return pick()(c, x * 2.0, x * 3.0) if y > 0.0 else x * c

    return f


def _with_operator(x, y):
    c = x > 0.0
    return x * c if y < 0.0 else x * 2.0 if operator.is_(c, True) else x * 3.0


def _with_operator_by_another_name(x, y):
    c = x > 0.0
    return x * c if y < 0.0 else x * 2.0 if is_the_same(c, True) else x * 3.0


def _with_operator_found_inside(x, y):
    from operator import is_not

    c = x > 0.0
    return x * c if y < 0.0 else x * 2.0 if is_not(c, False) else x * 3.0


def _of(pick):
    """Functions that find `pick` in all places but by its name."""

    def default(x, y, called=pick):
        c = x > 0.0
        return called(c, x * 2.0, x * 3.0) if y > 0.0 else x * c

    def keyword(x, y, *, called=pick):
        c = x > 0.0
        return called(c, x * 2.0, x * 3.0) if y > 0.0 else x * c

    def argument(x, y, called):
        c = x > 0.0
        return called(c, x * 2.0, x * 3.0) if y > 0.0 else x * c

    def below(x, y):
        return argument(x, y, pick)

    def variable(x, y):
        called = {"a": {"pick": pick}}
        c = x > 0.0
        return called["a"]["pick"](c, x * 2.0, x * 3.0) if y > 0.0 else x * c

    def later(x, y):
        def called(c, a, b, inner=pick):
            return inner(c, a, b)

        c = x > 0.0
        return called(c, x * 2.0, x * 3.0) if y > 0.0 else x * c

    def attribute(x, y):
        c = x > 0.0
        return owner.pick(c, x * 2.0, x * 3.0) if y > 0.0 else x * c

    owner = SimpleNamespace(pick=pick)
    items, table, pair = [pick], {"pick": pick}, ("pick", pick)
    inner, bound = partial(pick), partial(lambda called, *args: called(*args), pick)
    return [
        default, keyword, below, variable, later, attribute,
        _asking(lambda: items[0]), _asking(lambda: table["pick"]), _asking(lambda: pair[1]),
        _asking(lambda: inner), _asking(lambda: bound), partial(argument, called=pick),
    ]  # fmt: skip


TABLE = {"pick": _decide}


def _in_a_global_dict(x, y):
    c = x > 0.0
    return TABLE["pick"](c, x * 2.0, x * 3.0) if y > 0.0 else x * c


def _of_another_module(x, y):
    c = x > 0.0
    return others.Picking()(c, x * 2.0, x * 3.0) if y > 0.0 else x * c


PICKING = others.Picking()


def _in_an_object(x, y):
    picking = PICKING
    c = x > 0.0
    return picking(c, x * 2.0, x * 3.0) if y > 0.0 else x * c


def _name_of(f):
    return getattr(f, "__name__", "partial").strip("_")


DECIDING = [*_of(_decide), _with_operator, _with_operator_by_another_name,
            _with_operator_found_inside, _in_a_global_dict, _of_another_module,
            _in_an_object]  # fmt: skip


@pytest.mark.parametrize("f", DECIDING, ids=_name_of)
def test_what_decides_without_a_name_is_never_answered_wrongly(f):
    agree(f, *CALLS)


@pytest.mark.parametrize("f", _of(_select), ids=_name_of)
def test_what_does_not_decide_is_computed(f):
    calls = [(x, 1.0) for x in (1.0, -1.0, 2.0, -2.0, 3.0)]
    for compiled in agree(f, *calls):
        assert len(compiled.report().paths) == 1
        assert not compiled.n_eager


def test_of_one_code_that_is_given_different_functions():
    def at(c, x, pick):
        return pick(c * 1.0 > 0.0, x, x * 3.0)

    def f(x, y):
        c = x > 0.0
        return at(c, x, _select) + (at(c, x, _decide) if y > 0.0 else 0.0)

    agree(f, *CALLS)


def test_a_list_that_holds_itself_is_looked_into_once():
    endless = [_select]
    endless.append(endless)
    endless.insert(0, endless)

    def f(x, y):
        c = x > 0.0
        return endless[1](c, x * y, x * 3.0)

    agree(f, *CALLS)
