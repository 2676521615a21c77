"""Stripe's own OpenAPI document as a judge of answers.

The document may not be committed, so it is looked for beside the repository; `TOLLGATE_STRIPE_OPENAPI` names another
place. Without it a developer's run goes on and says so, and a CI run fails.
"""

import json
import os
import re
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator
from jsonschema.exceptions import best_match
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

REPOSITORY = Path(__file__).resolve().parents[4]
DOCUMENT = Path(
    os.environ.get("TOLLGATE_STRIPE_OPENAPI")
    or REPOSITORY.parent / "shared" / "stripe-openapi" / "openapi.trimmed.json"
)
DOCUMENT_URI = "urn:stripe-openapi"

# Lengths of answers are not judged: nearly every string says 5000, also a description, which takes 40000 on the way in.
# Descriptions and titles are prose.
IGNORED_KEYWORDS = {"maxLength", "description", "title"}

# What Tollgate has and Stripe's document has not, with the shape of its answers where that is one of Stripe's.
ADDITIONS = {
    r"POST /v1/webhook_endpoints/[^/]+/roll_secret": "/components/schemas/webhook_endpoint",
    r"POST /v1/events/[^/]+/retry": "/components/schemas/event",
    r"GET /v1/webhook_endpoints/[^/]+/deliveries": None,
    # Stripe's API has these; the document as we have it leaves them out.
    r"GET /v1/accounts": None,
    r"GET /v1/customers/[^/]+/sources": None,
}

# Only events show it, and the document as we have it leaves it out.
SUMMARY = "entitlements.active_entitlement_summary"


def is_present() -> bool:
    return DOCUMENT.is_file()


def check_operation(method: str, path: str, status: int, answer: dict) -> None:
    """The answer must have the shape that the document gives to this operation's answers."""
    if not is_present():
        return
    addition = next((known for known in ADDITIONS if re.fullmatch(known, f"{method} {path}")), None)
    if status == 200 and addition:
        if ADDITIONS[addition]:
            _check(ADDITIONS[addition], answer)
        return
    pointer = _response_pointer(method, path) if status == 200 else "/components/schemas/error"
    assert pointer, f"{method} {path} answered 200, but Stripe's document has no such operation"
    _check(pointer, answer)


def check_component(name: str, answer: dict) -> None:
    """The answer must have the shape of the named component, such as `product`."""
    if not is_present():
        return
    if name == SUMMARY:
        assert list(answer) == ["object", "customer", "entitlements", "livemode"]
        for entitlement in answer["entitlements"]["data"]:
            _check("/components/schemas/entitlements.active_entitlement", entitlement)
        return
    _check(f"/components/schemas/{name}", answer)


def _check(pointer: str, answer: dict) -> None:
    fault = best_match(_validator(pointer).iter_errors(answer))
    assert fault is None, f"{fault.json_path} of the answer is not what Stripe's schema {pointer} says: {fault.message}"


@cache
def _document() -> dict:
    return _as_json_schema(json.loads(DOCUMENT.read_text()))


@cache
def _validator(pointer: str) -> Draft202012Validator:
    registry = Registry().with_resource(DOCUMENT_URI, Resource.from_contents(_document(), DRAFT202012))
    return Draft202012Validator({"$ref": f"{DOCUMENT_URI}#{pointer}"}, registry=registry)


@cache
def _response_pointer(method: str, path: str) -> str | None:
    # A literal path wins over one with a placeholder, as /v1/products/search over /v1/products/{id}.
    for template in sorted(_document()["paths"], key=lambda template: template.count("{")):
        pattern = re.sub(r"\\{\w+\\}", "[^/]+", re.escape(template))
        if re.fullmatch(pattern, path) and method.lower() in _document()["paths"][template]:
            escaped = template.replace("/", "~1").replace("{", "%7B").replace("}", "%7D")
            return f"/paths/{escaped}/{method.lower()}/responses/200/content/application~1json/schema"
    return None


def _as_json_schema(node):
    """OpenAPI 3.0 says `nullable` where JSON Schema lists null among the types."""
    if isinstance(node, list):
        return [_as_json_schema(item) for item in node]
    if not isinstance(node, dict):
        return node
    schema = {}
    for keyword, value in node.items():
        if keyword == "properties":
            # The names in here are not keywords: a field may well be called `description`.
            schema[keyword] = {name: _as_json_schema(field) for name, field in value.items()}
        elif keyword not in IGNORED_KEYWORDS and keyword != "nullable":
            schema[keyword] = _as_json_schema(value)
    return {"anyOf": [schema, {"type": "null"}]} if node.get("nullable") is True else schema
