"""Calls: a compiled function, from what it is called with to the program that answers.

In order: `compiling` has what the user calls, `compile`; `original` is the function as it stands,
`path` makes a program of one recording of it, `making` decides whether one may serve. `layout` has
the programs for arguments of one layout, `allowance` says how many are made, `entered` hands a call
to native code, `report` tells what was made. `compiled` does what a call asks for with all these.
"""
