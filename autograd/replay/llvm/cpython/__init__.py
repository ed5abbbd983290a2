"""How CPython's floats, lists, arrays and Values come into native code, and how results go back.

In order: `objects` is where CPython and NumPy keep what, `layouts` which arguments and results can
be taken by that, `entry` the function that Python calls. `reading` looks into the objects, `taking`
puts the numbers of a call where the program reads them, `making` makes the objects of a result from
the floats of `pool`, `reusing` gives a small one again. `slots` reads and writes many Values.
"""
