"""The command line: one file for each command group; `main.py` holds the table of them."""
