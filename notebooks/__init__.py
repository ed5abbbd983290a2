"""The lessons: `source` is written by hand; `notebooks.build` makes `en` and `ko` of it."""
