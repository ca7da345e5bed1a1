"""A way to a server that can be cut, can hang, and can be mended: faults of a real server, as its clients see them."""

import contextlib
import socket
from threading import Event, Thread


class Proxy:
    """Passes on to `target`. What was connected during a fault stays dead afterwards, as on a real network."""

    def __init__(self, target: tuple[str, int]) -> None:
        self._target = target
        self._ways: list[_Way] = []
        self._hangs = False
        self._listener = _listen(0)
        self.port = int(self._listener.getsockname()[1])
        self._accept()

    def cut(self) -> None:
        """Nobody listens any more, and every connection ends."""
        with contextlib.suppress(OSError):  # it may be cut already
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for way in self._ways:
            way.end()

    def hang(self) -> None:
        """Connections are taken, and nothing is passed on; the old ones hang too."""
        self._hangs = True
        for way in self._ways:
            way.open.clear()

    def mend(self) -> None:
        """New connections are passed on again."""
        self._hangs = False
        if self._listener.fileno() == -1:
            self._listener = _listen(self.port)
            self._accept()

    def _accept(self) -> None:
        Thread(target=self._run, args=(self._listener,), daemon=True).start()

    def _run(self, listener: socket.socket) -> None:
        with contextlib.suppress(OSError):  # the listener was closed
            while True:
                client, _ = listener.accept()
                self._ways.append(_Way(client, self._target, not self._hangs))


class _Way:
    """One connection and its other half."""

    def __init__(self, client: socket.socket, target: tuple[str, int], is_open: bool) -> None:
        self._ends = (client, socket.create_connection(target))
        self.open = Event()
        if is_open:
            self.open.set()
        for source, sink in (self._ends, self._ends[::-1]):
            Thread(target=self._pass_on, args=(source, sink), daemon=True).start()

    def _pass_on(self, source: socket.socket, sink: socket.socket) -> None:
        with contextlib.suppress(OSError):  # the other end is gone
            while data := source.recv(65536):
                # Taken all the same where it hangs: the kernel of a hanging server does so too.
                if self.open.is_set():
                    sink.sendall(data)
        self.end()

    def end(self) -> None:
        """Hang up on both sides."""
        for end in self._ends:
            with contextlib.suppress(OSError):  # hung up already
                end.shutdown(socket.SHUT_RDWR)
            end.close()


def _listen(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen()
    return listener
