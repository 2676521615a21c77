"""A TCP proxy on the loopback that loses answers: the server has done the work, and the client never hears of it."""

import socket
import struct
import threading

CHUNK_BYTES = 65_536

# On, with no time to linger: closing sends a reset, as a broken network does.
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class AnswerCuttingProxy:
    """Lets every request through and drops the answers of the first `cuts` connections that get one."""

    def __init__(self, port: int, cuts: int):
        self._upstream_port = port
        self._cuts_left = cuts
        self._lock = threading.Lock()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.answers_cut = 0

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self._listener.getsockname()[1]}"

    def __enter__(self) -> "AnswerCuttingProxy":
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_):
        # Closing alone would not wake the thread that waits in accept.
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            upstream = socket.create_connection(("127.0.0.1", self._upstream_port))
            threading.Thread(target=_copy, args=(client, upstream), daemon=True).start()
            threading.Thread(target=self._answer, args=(upstream, client), daemon=True).start()

    def _answer(self, upstream: socket.socket, client: socket.socket) -> None:
        try:
            while chunk := upstream.recv(CHUNK_BYTES):
                if self._takes_a_cut():
                    client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
                    return
                client.sendall(chunk)
        except OSError:
            pass  # Either side may hang up at any time.
        finally:
            _hang_up(client, upstream)

    def _takes_a_cut(self) -> bool:
        with self._lock:
            if self._cuts_left == 0:
                return False
            self._cuts_left -= 1
            self.answers_cut += 1
            return True


def _copy(source: socket.socket, destination: socket.socket) -> None:
    try:
        while chunk := source.recv(CHUNK_BYTES):
            destination.sendall(chunk)
        destination.shutdown(socket.SHUT_WR)
    except OSError:
        pass  # Either side may hang up at any time.


def _hang_up(*sockets: socket.socket) -> None:
    for each in sockets:
        try:
            # A close alone waits for a thread that still reads this socket.
            each.shutdown(socket.SHUT_RD)
        except OSError:
            pass
        each.close()
