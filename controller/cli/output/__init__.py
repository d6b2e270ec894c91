"""How findings are printed: one format a file, each a pure function from a Report to text."""
