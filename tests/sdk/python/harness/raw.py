"""HTTP by hand, for what the SDK would never send and for what it hides of an answer."""

import http.client
import json
from dataclasses import dataclass
from email.message import Message

from harness import answers

TIMEOUT_SECONDS = 30
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Message
    text: str
    json: dict

    @property
    def error(self) -> dict:
        assert "error" in self.json, f"an error was expected, not {self.status}: {self.text}"
        return self.json["error"]

    @property
    def request_id(self) -> str:
        return self.headers["request-id"]


class Raw:
    """Sends with the given key as a Bearer token, unless a request brings an Authorization of its own."""

    def __init__(self, port: int, key: str):
        self._port = port
        self._key = key

    def get(self, path: str, **headers: str) -> Answer:
        return self.send("GET", path, **headers)

    def post(self, path: str, form: str = "", **headers: str) -> Answer:
        """The form is sent as written: `name=Gold+Plan&images[0]=…`."""
        return self.send("POST", path, form.encode(), **{"Content-Type": FORM} | _header_names(headers))

    def delete(self, path: str, **headers: str) -> Answer:
        return self.send("DELETE", path, **headers)

    def send(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Answer:
        """Header names may be written with underscores: `stripe_version="…"`. An empty value leaves a header out."""
        with_defaults = {"Authorization": f"Bearer {self._key}"} | _header_names(headers)
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, path, body, {name: value for name, value in with_defaults.items() if value})
            response = connection.getresponse()
            content = response.read()
        finally:
            connection.close()
        checked = answers.check(method, path, response.status, response.headers, content)
        return Answer(response.status, response.headers, content.decode(), checked)

    def priceos(self, method: str, path: str, body: dict | None = None) -> tuple[int, dict]:
        """The other dialect, over the same data."""
        headers = {"x-api-key": self._key, "content-type": "application/json"}
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=TIMEOUT_SECONDS)
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()

    def everything(self) -> dict[str, dict]:
        """What a refused request must leave as it was. Holds while there are at most 100 of each."""
        paths = ["/v1/products?", "/v1/prices?", "/v1/events?"]
        paths += [f"/v1/entitlements/features?archived={archived}&" for archived in ("false", "true")]
        lists = {path: self.get(f"{path}limit=100").json for path in paths}
        assert not any(page["has_more"] for page in lists.values()), "too many objects for one page each"
        return lists


def _header_names(headers: dict[str, str]) -> dict[str, str]:
    return {"-".join(part.capitalize() for part in name.replace("-", "_").split("_")): v for name, v in headers.items()}
