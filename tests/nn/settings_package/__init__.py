"""A package of settings, as a user has them: see test_compiled_fit_reach."""
