"""The steps that bring a database from one version of Kizuna's tables to the next, numbered without gaps.

``kizuna.storage.schema`` runs them; ``./dev alembic revision --autogenerate -m "What changes"`` drafts the next one.
"""
