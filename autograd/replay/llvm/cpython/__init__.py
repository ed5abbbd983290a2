"""How CPython's floats, lists, arrays and Values come into native code, and how results go back."""
