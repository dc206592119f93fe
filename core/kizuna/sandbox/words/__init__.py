"""The vocabulary of the sandbox's worlds: names, places, industries, things people write to a support desk."""
