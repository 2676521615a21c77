"""The official SDK, pointed at our server and with every answer checked on its way in."""

import requests
import stripe

from harness import answers

TIMEOUT_SECONDS = 30


class CheckingTransport(stripe.RequestsClient):
    """The SDK's own default transport; only what comes back is looked at."""

    def __init__(self):
        session = requests.Session()
        # No proxy of the machine's environment may stand between the SDK and the loopback.
        session.trust_env = False
        super().__init__(timeout=TIMEOUT_SECONDS, session=session)

    def request(self, method, url, headers, post_data=None):
        body, status, answer_headers = super().request(method, url, headers, post_data)
        answers.check(method, url, status, answer_headers, body)
        return body, status, answer_headers


def client(base_url: str, key: str, **options) -> stripe.StripeClient:
    return stripe.StripeClient(key, base_addresses={"api": base_url}, http_client=CheckingTransport(), **options)


def as_sent(resource: stripe.StripeObject) -> dict:
    """The answer before the SDK converted anything: decimals are still strings, in the server's own spelling."""
    return resource.last_response.data
