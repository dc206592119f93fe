"""How fast the derivation finds who is who: all at once, in batches, and one record at a time."""
