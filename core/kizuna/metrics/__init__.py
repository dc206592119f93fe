"""Numbers from dated values: pure calculators, no I/O."""
