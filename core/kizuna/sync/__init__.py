"""Sync: from a vendor's page to committed facts.

``reader`` asks page after page · ``batch`` gathers them · ``prepare`` turns records into rows · ``commit`` writes a batch
with its bookmark in one transaction · ``stream`` leads one stream, ``run`` a whole run · ``load`` takes files.
"""
