"""Kizuna unites what CRM, support desk and billing know about a customer, and answers in one GraphQL query."""

from importlib.metadata import version

__version__ = version("kizuna")
