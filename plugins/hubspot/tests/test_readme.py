"""The README names every setting and stream there is."""

from pathlib import Path

import pytest

from kizuna import sdk
from kizuna_hubspot import HubSpot, HubSpotSettings

README = Path(__file__).parents[1] / "README.md"
STREAMS = HubSpot(HubSpotSettings(access_token=sdk.SecretStr("pat-na1-x"), commerce=True)).streams()


@pytest.mark.parametrize("name", [*HubSpotSettings.model_fields, *(stream.name for stream in STREAMS)])
def test_the_readme_names_it(name: str) -> None:
    assert f"`{name}`" in README.read_text(encoding="utf-8")


@pytest.mark.parametrize("stream", STREAMS, ids=lambda stream: stream.name)
def test_the_readme_names_the_scope_a_stream_needs(stream: sdk.AnyStream) -> None:
    assert f"`{stream.scope}`" in README.read_text(encoding="utf-8")
