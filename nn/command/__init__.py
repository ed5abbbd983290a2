"""The command line of glassgrad."""
