"""Recording: one run of a function, and whether a program may stand for it.

In order: `arguments` takes a call apart (arrays are `blocks` and stand in a `memory_order`),
`binding` puts nodes in place of its numbers (`traced`, `plain_numbers`, `plain_arrays`,
`in_arrays`), `recorder` runs the function, of which `notes` are taken and whose comparisons answer
with `conditions`, unless its code may decide by them `unseen`, `results` puts together what it
returns, `trial` compares the two, `refusals` says why a function runs as it stands.
"""
