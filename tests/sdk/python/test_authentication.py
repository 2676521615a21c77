"""Who may ask: the secret key, as a Bearer token or as the user name of Basic authentication."""

import base64

import pytest
import stripe

from harness import sdk
from harness.refusals import Refusal, check_answer

NO_KEY = Refusal(
    "You did not provide an API key. You need to provide your API key in the Authorization header, using Bearer auth "
    "(e.g. 'Authorization: Bearer YOUR_SECRET_KEY'). See https://stripe.com/docs/api#authentication for details, or we "
    "can help at https://support.stripe.com/.",
    status=401,
)


def basic(user: str, password: str = "") -> str:
    return "Basic " + base64.b64encode(f"{user}:{password}".encode()).decode()


def invalid(shown: str) -> Refusal:
    return Refusal(f"Invalid API Key provided: {shown}", status=401)


def test_basic_authentication_takes_the_key_as_user_name(server, raw):
    assert raw.get("/v1/products", authorization=basic(server.test_key)).status == 200


def test_the_scheme_may_be_written_in_any_case(server, raw):
    assert raw.get("/v1/products", authorization=f"bearer {server.test_key}").status == 200


@pytest.mark.parametrize("authorization", ["", basic("")], ids=["no header", "empty user name"])
def test_a_request_without_a_key_is_told_how_to_give_one(raw, authorization):
    refused = raw.get("/v1/products", authorization=authorization)

    check_answer(refused, NO_KEY)
    assert refused.headers["www-authenticate"] == 'Bearer realm="Stripe"'


@pytest.mark.parametrize(
    ("key", "shown"),
    [
        ("sk_test_thisisnotthekeyhere0here", "sk_test_" + "*" * 20 + "here"),
        ("sk_live_thisisnotthekeyhere0here", "sk_live_" + "*" * 20 + "here"),
        ("rk_test_0123456789", "rk_test_" + "*" * 6 + "6789"),
    ],
)
def test_an_unknown_key_is_shown_only_at_its_ends(raw, key, shown):
    for authorization in (f"Bearer {key}", basic(key)):
        refused = raw.get("/v1/products", authorization=authorization)

        check_answer(refused, invalid(shown))
        assert refused.headers["www-authenticate"] == 'Bearer realm="Stripe"'


@pytest.mark.parametrize("key", ["x", "sk_test_", "sk_test_\xff", "Gold Plan", "pk_test_0123456789abcdef"])
def test_what_is_no_secret_key_at_all_is_refused_too(raw, key):
    assert raw.get("/v1/products", authorization=f"Bearer {key}").status == 401


def test_a_key_one_letter_off_is_refused(server, raw):
    last = "0" if server.test_key[-1] != "0" else "1"

    assert raw.get("/v1/products", authorization=f"Bearer {server.test_key[:-1]}{last}").status == 401


def test_a_test_key_called_live_is_refused(server, raw):
    pretended = server.test_key.replace("sk_test_", "sk_live_")

    assert raw.get("/v1/products", authorization=f"Bearer {pretended}").status == 401


def test_the_key_is_checked_before_the_url_the_version_and_the_parameters(raw):
    for answer in (
        raw.get("/v1/nowhere", authorization=""),
        raw.get("/v1/products", authorization="", stripe_version="nonsense"),
        raw.post("/v1/products", "nope=1", authorization=""),
        raw.delete("/v1/products/prod_nope", authorization=""),
    ):
        check_answer(answer, NO_KEY)


def test_a_refused_key_changes_nothing(raw):
    before = raw.everything()

    raw.post("/v1/products", "name=Gold+Plan", authorization="Bearer sk_test_unknown0000000000")

    assert raw.everything() == before


def test_the_sdk_raises_an_authentication_error(server):
    stranger = sdk.client(server.base_url, "sk_test_0123456789")

    with pytest.raises(stripe.AuthenticationError) as refused:
        stranger.v1.products.list()

    assert refused.value.http_status == 401
    assert refused.value.code is None
    assert refused.value.user_message == "Invalid API Key provided: sk_test_******6789"


def test_the_sdk_raises_a_permission_error_for_the_account_of_a_stranger(client):
    with pytest.raises(stripe.PermissionError) as refused:
        client.v1.products.list(options={"stripe_account": "acct_nonexistent"})

    assert refused.value.http_status == 403
    assert refused.value.error.code == "account_invalid"
    assert refused.value.user_message.endswith(
        "does not have access to account 'acct_nonexistent' (or that account does not exist). Application access may "
        "have been revoked."
    )
