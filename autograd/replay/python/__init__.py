"""Programs as text of Python: the backend that is always there, and what `source` shows.

In order: `program` runs the text, which `text` divides into functions; `loops` writes what is done
again and again, `names` each instruction, `questions` the comparisons by which a program is chosen.
"""
