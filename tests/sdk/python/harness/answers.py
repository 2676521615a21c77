"""What must hold for every answer of the server, whichever test caused it: the rules of the dialect that no single
request owns. Both the SDK's transport and the raw one hand each answer to `check`, so a fault shows where it happens.
"""

import json
import re
from collections.abc import Mapping
from urllib.parse import urlsplit

from harness import schemas

REQUEST_ID = re.compile(r"req_[A-Za-z0-9]{14}")
ERROR_TYPES = {"api_error", "card_error", "idempotency_error", "invalid_request_error"}
ERROR_CODES_PAGE = "https://stripe.com/docs/error-codes/"


def check(method: str, url: str, status: int, headers: Mapping[str, str], body: bytes) -> dict:
    """The decoded answer. `headers` must be case-insensitive."""
    assert status < 500, f"{method} {url} answered {status}: {body.decode(errors='replace')}"
    assert headers.get("content-type", "").startswith("application/json"), f"{status} is not JSON: {headers}"
    assert REQUEST_ID.fullmatch(headers.get("request-id", "")), f"no request id: {headers}"

    answer = json.loads(body)
    assert (status == 200) == ("error" not in answer), f"{status} does not fit {answer}"
    if "error" in answer:
        _check_error(answer["error"])
    else:
        _check_order_of_keys(answer)
        for event in _events_in(answer):
            schemas.check_component(event["data"]["object"]["object"], event["data"]["object"])
    schemas.check_operation(method.upper(), urlsplit(url).path, status, answer)
    return answer


def _check_error(error: dict) -> None:
    assert error["type"] in ERROR_TYPES
    assert error["message"], "an error without a sentence helps nobody"
    assert None not in error.values(), f"what an error does not have is left out, never null: {error}"
    assert list(error) == sorted(error), f"the keys of an error are sorted: {list(error)}"
    assert ("code" in error) == ("doc_url" in error), f"doc_url is there exactly when code is: {error}"
    if "code" in error:
        assert error["doc_url"] == ERROR_CODES_PAGE + error["code"].replace("_", "-")


def _check_order_of_keys(node) -> None:
    if isinstance(node, list):
        for item in node:
            _check_order_of_keys(item)
    elif isinstance(node, dict):
        if isinstance(node.get("object"), str):
            first = [key for key in ("id", "object") if key in node]
            rest = sorted(node.keys() - set(first))
            assert list(node) == first + rest, f"keys are id, object, then by name: {list(node)}"
        for value in node.values():
            _check_order_of_keys(value)


def _events_in(answer: dict) -> list[dict]:
    found = answer["data"] if answer.get("object") == "list" else [answer]
    return [item for item in found if item["object"] == "event"]
