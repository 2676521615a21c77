"""Bytes to and from the server, for requests that no HTTP library would send."""

import http.client
import socket

from harness import answers
from harness.raw import Answer

TIMEOUT_SECONDS = 30


def send(port: int, request: bytes, method: str, path: str) -> Answer:
    """Sends the whole request, or as much of it as the server wants to have, and reads the one answer."""
    with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_SECONDS) as connection:
        try:
            connection.sendall(request)
        except (BrokenPipeError, ConnectionResetError):
            pass  # The server may answer, and hang up, before it has read a body that it will not take.
        response = http.client.HTTPResponse(connection)
        response.begin()
        content = response.read()
    checked = answers.check(method, path, response.status, response.headers, content)
    return Answer(response.status, response.headers, content.decode(), checked)
