"""Questions the API asks: what can be read of each thing (the catalogue), and reading it, one statement a relation."""
