"""The JWT bearer flow: what is signed, when it is signed anew, what the org makes of it."""

import asyncio
import base64
import json

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from kizuna import sdk
from kizuna.sandbox import Served
from kizuna_salesforce import Salesforce, SalesforceSettings
from kizuna_salesforce.auth import AssertedToken, audience_of, signer
from kizuna_salesforce.sandbox.sessions import CLIENT_ID, USERNAME

KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
SPKI = serialization.PublicFormat.SubjectPublicKeyInfo


def pem(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> sdk.SecretStr:
    content = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return sdk.SecretStr(content.decode())


def tried(org: Served, key: rsa.RSAPrivateKey, **settings: str) -> sdk.Answer:
    """The answer to the trial of a connector that signs with ``key``; the org knows the certificate of ``KEY``."""
    org.states[0].memory["certificate"] = KEY.public_key().public_bytes(serialization.Encoding.PEM, SPKI)
    given = {
        "login_url": org.endpoint("salesforce").settings["login_url"],
        "client_id": CLIENT_ID,
        "username": USERNAME,
        "private_key": pem(key),
        **settings,
    }
    crm = Salesforce(SalesforceSettings.model_validate(given))

    async def send() -> sdk.Answer:
        async with sdk.Transport(crm, attempts=1, paced=False) as line:
            return await line.send(crm.trial())

    return asyncio.run(send())


def test_a_session_is_given_for_an_assertion_of_the_apps_key(org: Served):
    assert tried(org, KEY).status == 200


@pytest.mark.parametrize("settings", [{"username": "somebody@else.invalid"}, {"jwt_audience": "https://evil.example"}])
def test_an_assertion_for_another_user_or_audience_is_refused(org: Served, settings: dict[str, str]):
    with pytest.raises(sdk.AuthError, match="invalid_grant"):
        tried(org, KEY, **settings)


def test_an_assertion_of_another_key_is_refused(org: Served):
    with pytest.raises(sdk.AuthError, match="invalid_grant"):
        tried(org, OTHER_KEY)


def test_the_assertion_names_app_user_and_audience_and_ends_in_two_minutes():
    assertion = signer("ck", "ada@acme.example", "https://login.salesforce.com", pem(KEY))(1_770_000_000.5)

    claims = json.loads(base64.urlsafe_b64decode(assertion.split(".")[1] + "=="))
    assert claims == {
        "iss": "ck",
        "sub": "ada@acme.example",
        "aud": "https://login.salesforce.com",
        "exp": 1_770_000_120,
    }


def test_a_sandbox_has_an_audience_of_its_own():
    assert audience_of("https://acme--uat.sandbox.my.salesforce.com") == "https://test.salesforce.com"
    assert audience_of("https://test.salesforce.com") == "https://test.salesforce.com"
    assert audience_of("https://acme.my.salesforce.com") == "https://login.salesforce.com"


def test_a_later_session_is_asked_for_with_a_new_assertion():
    moments, assertions = [0.0, 0.0, 7200.0, 7200.0], []

    def vendor(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/services/oauth2/token":
            assertions.append(request.content)
            return httpx.Response(200, json={"access_token": f"session {len(assertions)}"})
        ended = request.url.path == "/ended" and request.headers["authorization"] == "Bearer session 1"
        return httpx.Response(401 if ended else 200)

    async def send() -> None:
        auth = AssertedToken("https://acme.example", str, pinned=True, clock_s=lambda: moments.pop(0))
        async with httpx.AsyncClient(transport=httpx.MockTransport(vendor), auth=auth) as client:
            for path in ("/", "/", "/ended"):
                await client.get(f"https://acme.example{path}")

    asyncio.run(send())

    assert [content.rpartition(b"=")[2] for content in assertions] == [b"0.0", b"7200.0"]


@pytest.mark.parametrize(
    "key", [sdk.SecretStr("no key"), pem(ec.generate_private_key(ec.SECP256R1()))], ids=["none", "elliptic"]
)
def test_a_key_that_cannot_sign_is_a_fault_of_configuration(key: sdk.SecretStr):
    with pytest.raises(sdk.ConfigError, match="private_key") as refused:
        signer("ck", "ada@acme.example", "https://login.salesforce.com", key)

    assert key.get_secret_value() not in str(refused.value)


def test_a_key_without_its_user_is_refused():
    with pytest.raises(ValueError, match="username"):
        SalesforceSettings.model_validate({"login_url": "https://a.example", "client_id": "ck", "private_key": "k"})
