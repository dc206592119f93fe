"""Unify: the facts of one cluster become one customer or person; every value keeps its source."""
