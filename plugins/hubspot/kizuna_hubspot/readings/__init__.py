"""How HubSpot's collections are read, as pure state machines."""

from kizuna_hubspot.readings.objects import ObjectReading
from kizuna_hubspot.readings.reference import OwnerReading, PipelineReading
from kizuna_hubspot.readings.these import These

__all__ = ["ObjectReading", "OwnerReading", "PipelineReading", "These"]
