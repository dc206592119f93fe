"""A record of Salesforce's read from its fields, and the one thing it says."""

from typing import Any

import msgspec

from kizuna import sdk
from kizuna_salesforce import payloads

USD = "USD"


def read(payload: type[payloads.SObject], **fields: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode({"Id": "001dM00003jU9GxQAK", **fields}), type=payload)


def only(said: Any) -> Any:
    facts = (said,) if isinstance(said, sdk.Fact | sdk.Merged) else tuple(said)
    assert len(facts) == 1
    return facts[0]
