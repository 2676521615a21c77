"""A receiver of webhooks that does as it is told, and verifies each delivery as the SDK's manual says to."""

import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import stripe

PATIENCE_SECONDS = 30
POLL_SECONDS = 0.01
HANG_SECONDS = 5

# What is done with a request, by the number of times its event came: a status, or one of these.
DROP = "drop"
HANG = "hang"


@dataclass(frozen=True)
class Delivery:
    event: stripe.Event
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver:
    """Answers as `conduct` says, which is given the event and how often it came, this time included."""

    conduct: Callable[[stripe.Event, int], int | str] = lambda event, times: 200
    secret: str = ""
    port: int = 0
    # With which it speaks HTTPS.
    tls: ssl.SSLContext | None = None
    deliveries: list[Delivery] = field(default_factory=list)
    # What was wrong with a request: of a receiver that knows its secret nothing may be.
    faults: list[str] = field(default_factory=list)
    taken: dict[str, int] = field(default_factory=dict)

    def start(self) -> "Receiver":
        self._ended = threading.Event()
        self._server = _Server(("127.0.0.1", self.port), self)
        if self.tls:
            self._server.socket = self.tls.wrap_socket(self._server.socket, server_side=True)
        self.port = self._server.server_address[1]
        threading.Thread(target=self._server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        return self

    def stop(self) -> None:
        self._ended.set()
        self._server.shutdown()
        self._server.server_close()

    @property
    def url(self) -> str:
        return f"{'https' if self.tls else 'http'}://127.0.0.1:{self.port}/hook"

    def of(self, object_id: str) -> list[Delivery]:
        return [each for each in self.deliveries if each.event.data.object["id"] == object_id]

    def wait_for(self, object_id: str, count: int = 1) -> list[Delivery]:
        """The deliveries of the events about an object, once there are so many."""
        until(lambda: len(self.of(object_id)) >= count, f"{count} deliveries about {object_id}")
        return self.of(object_id)

    def receive(self, handler: "_Handler") -> None:
        body = handler.rfile.read(int(handler.headers["content-length"]))
        try:
            event = stripe.Webhook.construct_event(body, handler.headers["stripe-signature"], self.secret)
        except Exception as fault:
            self.faults.append(f"{type(fault).__name__}: {fault}: {body!r}")
            return handler.answer(400)
        self.deliveries.append(Delivery(event, {name.lower(): text for name, text in handler.headers.items()}, body))
        times = sum(each.event.id == event.id for each in self.deliveries)
        act = self.conduct(event, times)
        if act == HANG:
            self._ended.wait(HANG_SECONDS)
        if act in (HANG, DROP):
            handler.close_connection = True
            return None
        if 200 <= act < 300:
            self.taken[event.id] = self.taken.get(event.id, 0) + 1
        return handler.answer(act)


def until(look: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while not look():
        assert time.monotonic() < deadline, f"{what}: they do not come"
        time.sleep(POLL_SECONDS)


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    # Half of the tests is that connections end in all sorts of ways.
    handle_error = lambda *_: None

    def __init__(self, address, receiver: Receiver):
        self.receiver = receiver
        super().__init__(address, _Handler)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.server.receiver.receive(self)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass
