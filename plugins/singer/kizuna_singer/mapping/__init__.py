"""From a record of any tap to facts, as the administrator's file says."""

from kizuna_singer.mapping.facts import KINDS, FactRule, fact_rule, say

__all__ = ["KINDS", "FactRule", "fact_rule", "say"]
