"""Payloads at hand instead of a vendor: found in files, taken by a run of their own."""
