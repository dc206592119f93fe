"""How fast records travel from a vendor's API into the database, beside a peer."""
