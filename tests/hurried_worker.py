"""The worker as `nightlight worker` runs it, but in a hurry: leases and pauses of seconds, not minutes."""

import signal
from datetime import timedelta
from threading import Event

from bot.engine.logs import configure
from bot.handoff import worker
from bot.storage import outbox

LEASE_SECONDS = 3.0  # more than NIGHTLIGHT_DELIVERY_TIMEOUT in the tests that use this


def main() -> None:
    outbox.LEASE = timedelta(seconds=LEASE_SECONDS)
    outbox.FIRST_PAUSE = timedelta(seconds=0.2)
    outbox.LONGEST_PAUSE = timedelta(seconds=0.5)
    worker.PAUSE_SECONDS = 0.1
    configure("INFO")
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker.run(stop)


if __name__ == "__main__":
    main()
