"""How well and how fast records are told apart."""
