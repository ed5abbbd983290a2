"""The Mersenne Twister MT19937 in native code, the generator of `random.Random`.

Owns its recurrence and tempering: M. Matsumoto and T. Nishimura, "Mersenne Twister", ACM TOMACS 8
(1998), algorithm of section 2.1. Its words are a sequence, each made of three that are 624, 623 and
227 before it: of the 624 that are at hand, the next ones are made eight at a time.
"""

from llvmlite import ir

from autograd.replay.llvm.code import I32, I64
from autograd.replay.llvm.loops import loop

N_WORDS, MIDDLE = 624, 397  # n and m of the recurrence
UPPER, LOWER, TWIST = 0x80000000, 0x7FFFFFFF, 0x9908B0DF
WIDTH = 8
WORDS = ir.VectorType(I32, WIDTH)


class Twister:
    """The words of a generator, while code that draws them is written.

    Args:
        state: points to `SIZE` bytes, the first of them the 624 words of the state.
    """

    SIZE = 4 * 3 * N_WORDS  # the state, that after it, and the words that are drawn of the state

    def __init__(self, state: ir.Value) -> None:
        self._state = state

    def begin(self, builder: ir.IRBuilder) -> None:
        """Write what makes the words of the state it stands at."""
        with loop(builder, ir.Constant(I64, N_WORDS // WIDTH)) as number:
            first = builder.mul(number, ir.Constant(I64, WIDTH))
            word = builder.load(self._at(builder, first), align=4)
            drawn = _tempered(builder, word)
            builder.store(drawn, self._at(builder, first, 2 * N_WORDS), align=4)

    def refill(self, builder: ir.IRBuilder) -> None:
        """Write what makes the state after it, and its words."""
        with loop(builder, ir.Constant(I64, N_WORDS // WIDTH)) as number:
            first = builder.mul(number, ir.Constant(I64, WIDTH))
            this, following, middle = (
                builder.load(self._at(builder, first, place), align=4) for place in (0, 1, MIDDLE)
            )
            high, low = builder.and_(this, _each(UPPER)), builder.and_(following, _each(LOWER))
            both = builder.or_(high, low)
            odd = builder.sub(_each(0), builder.and_(following, _each(1)))  # all bits or none
            twisted = builder.xor(builder.lshr(both, _each(1)), builder.and_(odd, _each(TWIST)))
            builder.store(builder.xor(middle, twisted), self._at(builder, first, N_WORDS), align=4)
        with loop(builder, ir.Constant(I64, N_WORDS // WIDTH)) as number:
            first = builder.mul(number, ir.Constant(I64, WIDTH))
            word = builder.load(self._at(builder, first, N_WORDS), align=4)
            builder.store(word, self._at(builder, first), align=4)
        self.begin(builder)

    def word(self, builder: ir.IRBuilder, number: ir.Value) -> ir.Value:
        """A word of this state, by its number from 0 to 623."""
        place = builder.add(number, ir.Constant(I64, 2 * N_WORDS))
        return builder.load(builder.gep(self._state, [place]))

    def _at(self, builder: ir.IRBuilder, first: ir.Value, place: int = 0) -> ir.Value:
        pointer = builder.gep(self._state, [builder.add(first, ir.Constant(I64, place))])
        return builder.bitcast(pointer, WORDS.as_pointer())


def _tempered(builder: ir.IRBuilder, word: ir.Value) -> ir.Value:
    """What is drawn of a word of the state: the paper's (2.2) to (2.5)."""
    word = builder.xor(word, builder.lshr(word, _each(11)))
    word = builder.xor(word, builder.and_(builder.shl(word, _each(7)), _each(0x9D2C5680)))
    word = builder.xor(word, builder.and_(builder.shl(word, _each(15)), _each(0xEFC60000)))
    return builder.xor(word, builder.lshr(word, _each(18)))


def _each(number: int) -> ir.Constant:
    return ir.Constant(WORDS, [ir.Constant(I32, number)] * WIDTH)
