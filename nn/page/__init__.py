"""A training as one HTML page that works without network or program.

In order: `build` makes the file, `contents` collects what it knows; `network`, `outcomes`,
`counting` and `tables` are parts of that, `packing` its form, `words` its texts; `static/` is the
page itself.
"""
