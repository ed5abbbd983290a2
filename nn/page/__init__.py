"""A training as one HTML page that works without network or program."""
