"""How systems write down what is true: with gaps, slips, old values and duplicates."""

from kizuna.sandbox.seeing.observe import observe

__all__ = ["observe"]
