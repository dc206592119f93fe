"""How many deliveries a second are on disk when they are answered, how soon, and how soon the change shows."""

SECRET = "whsec_of_the_benchmark"
