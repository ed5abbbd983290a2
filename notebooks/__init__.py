"""The lessons: `source` is written by hand, `en` and `ko` are built from it by `notebooks.build`."""
