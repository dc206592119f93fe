"""How HubSpot's collections are read, as pure state machines."""

from kizuna_hubspot.readings.objects import ObjectReading
from kizuna_hubspot.readings.reference import OwnerReading, PipelineReading

__all__ = ["ObjectReading", "OwnerReading", "PipelineReading"]
