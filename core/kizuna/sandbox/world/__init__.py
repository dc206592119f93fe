"""One seed, one world: what is true before any system writes it down."""

from kizuna.sandbox.world.build import USUAL_NOW, World
from kizuna.sandbox.world.truth_values import Employment, TrueCompany, TruePerson

__all__ = ["USUAL_NOW", "Employment", "TrueCompany", "TruePerson", "World"]
