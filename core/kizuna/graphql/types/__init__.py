"""The types of the API, one file a subject."""
