"""How soon each attack is answered, and how."""
