"""Refusals as the specification words them, and the check that one was given and nothing was changed by it."""

from dataclasses import dataclass

from harness.raw import Answer, Raw


class _Unspecified:
    """Equal to whatever the server says: the specification leaves this to the implementation."""

    def __eq__(self, other):
        return True

    def __repr__(self):
        return "unspecified"


UNSPECIFIED = _Unspecified()


@dataclass(frozen=True)
class Refusal:
    message: str | _Unspecified
    """Ends with … where only the beginning is specified, such as before a list of all currencies."""
    param: str | None | _Unspecified = None
    code: str | None | _Unspecified = None
    status: int = 400


NO_AMOUNT = Refusal("Prices require an `unit_amount` or `unit_amount_decimal` parameter to be set.")


def unknown(path: str) -> Refusal:
    return Refusal(f"Received unknown parameter: {path}", path, "parameter_unknown")


def missing(path: str) -> Refusal:
    return Refusal(f"Missing required param: {path}.", path, "parameter_missing")


def empty(path: str) -> Refusal:
    return Refusal(
        f"You passed an empty string for '{path}'. We assume empty values are an attempt to unset a parameter; however "
        f"'{path}' cannot be unset. You should remove '{path}' from your request or supply a non-empty value.",
        path,
        "parameter_invalid_empty",
    )


def not_an_integer(value: str, path: str) -> Refusal:
    return Refusal(f"Invalid integer: {value}", path, "parameter_invalid_integer")


def below(least: int, path: str) -> Refusal:
    return Refusal(f"This value must be greater than or equal to {least}.", path, "parameter_invalid_integer")


def not_a_boolean(value: str, path: str) -> Refusal:
    return Refusal(f"Invalid boolean: {value}", path)


def not_an_object(path: str) -> Refusal:
    return Refusal("Invalid object", path)


def not_an_array(path: str) -> Refusal:
    return Refusal("Invalid array", path)


def not_a_decimal(value: str, path: str) -> Refusal:
    return Refusal(f"Invalid decimal: {value}", path)


def too_precise(big_decimal: str, places: int, path: str) -> Refusal:
    """The value stands there as Ruby's BigDecimal prints it: 1.234 is 0.1234e1."""
    return Refusal(f"Invalid decimal: {big_decimal}; must contain at most {places} decimal places.", path)


def too_long(letter: str, most: int, path: str) -> Refusal:
    """For a value of one letter over and over."""
    return Refusal(f"Invalid string: {letter * 4}...{letter * 4}; must be at most {most} characters", path)


def too_many(most: int, path: str) -> Refusal:
    return Refusal(f"Array {path} exceeded maximum {most} allowed elements.", path)


def not_one_of(choices: str, path: str) -> Refusal:
    return Refusal(f"Invalid {path}: must be one of {choices}", path)


def only_one_of(first: str, second: str, param: str) -> Refusal:
    return Refusal(f"You may only specify one of these parameters: {first}, {second}.", param)


def bad_url(message: str, path: str) -> Refusal:
    return Refusal(message, path, "url_invalid")


def label_too_long(value: str, path: str) -> Refusal:
    return Refusal(f"Invalid string length: {value} must be at most 12 characters", path)


def negative(path: str) -> Refusal:
    return Refusal("Invalid non-negative integer", path)


def unsupported_currency(value: str, path: str | _Unspecified) -> Refusal:
    return Refusal(
        f"Invalid currency: {value}. Stripe currently supports these currencies: usd, aed, afn, all, amd, …", path
    )


def capital_currency(value: str, path_of_map: str) -> Refusal:
    return Refusal(
        f"Currencies must be lowercase when used as keys in a map. Use `{value.lower()}` instead of `{value}`.",
        path_of_map,
    )


def too_rare(adverb: str, most: int, path: str) -> Refusal:
    return Refusal(f"The interval_count for {adverb} prices can't be greater than {most}", path)


def no_such(noun: str, identifier: str, param: str, status: int = 400) -> Refusal:
    return Refusal(f"No such {noun}: '{identifier}'", param, "resource_missing", status)


def named(param: str) -> Refusal:
    """A refusal for which only the parameter to blame is specified."""
    return Refusal(UNSPECIFIED, param, UNSPECIFIED)


def somehow() -> Refusal:
    """A refusal that is specified, but not its words nor the parameter to blame."""
    return Refusal(UNSPECIFIED, UNSPECIFIED, UNSPECIFIED)


def check_refused(raw: Raw, request: str, form: str, expected: Refusal) -> None:
    """`request` is such as `POST /v1/products`; `form` becomes the body of a POST, else the query."""
    before = raw.everything()
    check_answer(_send(raw, request, form), expected)
    assert raw.everything() == before, "a refused request changed something"


def check_answer(answer: Answer, expected: Refusal) -> None:
    error = answer.error
    if isinstance(expected.message, str) and expected.message.endswith("…"):
        assert error["message"].startswith(expected.message[:-1])
    else:
        assert expected.message == error["message"]
    assert expected.param == error.get("param")
    assert expected.code == error.get("code")
    assert answer.status == expected.status
    assert error["type"] == "invalid_request_error"


def _send(raw: Raw, request: str, form: str) -> Answer:
    method, path = request.split(" ")
    if method == "POST":
        return raw.post(path, form)
    return raw.send(method, f"{path}?{form}" if form else path)
