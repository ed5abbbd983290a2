"""Programs as text of Python: the backend that is always there, and what `source` shows."""
