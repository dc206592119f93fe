"""Plain values every other room speaks in: what systems say, money, references, closed vocabularies. No I/O."""
