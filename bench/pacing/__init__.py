"""How much of a vendor's limit is used, and how often it says no."""
