"""Assertions of the JWT bearer flow, verified as the org does it: by the certificate of the app."""

from __future__ import annotations

import base64
from typing import Any

import msgspec
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


def verified(assertion: str, public_key: bytes) -> dict[str, Any] | None:
    """What the assertion says, None when the key (PEM) does not verify it."""
    content, _, signature = assertion.rpartition(".")
    try:
        key = serialization.load_pem_public_key(public_key)
        if not isinstance(key, rsa.RSAPublicKey):
            return None
        key.verify(_opened(signature), content.encode(), padding.PKCS1v15(), hashes.SHA256())
        return msgspec.json.decode(_opened(content.partition(".")[2]), type=dict[str, Any])
    except (ValueError, InvalidSignature, msgspec.DecodeError):
        return None


def _opened(segment: str) -> bytes:
    return base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
