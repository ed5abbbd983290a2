"""How a row of the table of operations becomes instructions, on one double or on lanes of them."""
