"""Derive: what became dirty is worked out again — who is who, where each fact belongs, what each customer is.

``Deriver.drain`` works the outbox off, each step in a transaction of its own and idempotent; ``rebuild`` derives
everything again from evidence and proves that the steps came to the same.
"""

from kizuna.derive.work import Deriver

__all__ = ["Deriver"]
