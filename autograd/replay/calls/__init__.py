"""Calls: a compiled function, from what it is called with to the program that answers.

In order: `compiled` is what the user calls, `entered` hands a call to native code, `layout` has the
programs for arguments of one layout, `path` makes one of them, `report` tells what was made.
"""
