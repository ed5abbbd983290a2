"""How a row of the table of operations becomes instructions, on one double or on lanes of them.

In order: `lanes` are LLVM values that are written like floats, `lowering` chooses how a row is
written on them, `writers` holds how, row by row; `powers` and `signs` are what two kinds of rows
take for it, `bits` the exponents and signs of numbers, `registers` vectors that fill several. What
the C library computes else is written by `twins` with its bits, by `approximations` in fast mode.
"""
