"""Every metric's definition, by subject."""
