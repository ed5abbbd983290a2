"""Calls: a compiled function, from what it is called with to the program that answers.

In order: `compiling` is `compile`, `compiled` what it gives the user, `entered` hands a call to
native code, `layout` has the programs for arguments of one layout, `path` makes one of them,
`allowance` says how many may be made at once, `report` tells what was made.
"""
