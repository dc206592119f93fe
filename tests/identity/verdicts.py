"""What the rules say of two profiles, as short as a test asks it."""

from kizuna.identity.keys import Key, KeyStat, no_stats
from kizuna.identity.rules import compare, evidence, guards


def level(a, b, field):
    return next((item.level for item in evidence(a, b) if item.field == field), None)


def blocking(a, b, stats=None):
    raised = guards(a, b, stats) if stats else guards(a, b)
    return {guard.name for guard in raised if guard.blocks}


def links(a, b, stats=None):
    edge = compare(a, b, stats or no_stats)
    return edge is not None and edge.is_auto and not blocking(a, b, stats)


def carried_by(kind, value, names):
    return lambda key: KeyStat(names if key == Key(kind, value) else 0)
