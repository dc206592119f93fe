"""The demonstration: simulated vendors in a process of their own, and screens that show what uniting them gives."""
