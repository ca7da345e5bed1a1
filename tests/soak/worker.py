"""The worker as `nightlight worker` runs it, with leases of seconds: one that is killed is followed soon."""

import signal
from datetime import timedelta
from threading import Event

from bot.engine.logs import configure
from bot.handoff import worker
from bot.storage import texts

LEASE = timedelta(seconds=15)  # more than NIGHTLIGHT_DELIVERY_TIMEOUT


def main() -> None:
    texts.LEASE = LEASE
    texts.FIRST_PAUSE = timedelta(seconds=0.5)
    texts.LONGEST_PAUSE = timedelta(seconds=3)
    configure("INFO")
    stop = Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    worker.run(stop)


if __name__ == "__main__":
    main()
