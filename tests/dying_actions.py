"""The action server, which ends at once after it has stored a request where the file NIGHTLIGHT_TEST_DIE is there."""

import os
from pathlib import Path

from bot.handoff import desk

if __name__ == "__main__":
    store = desk.request_appointment

    def store_and_die(*request):
        reference = store(*request)
        if Path(os.environ["NIGHTLIGHT_TEST_DIE"]).exists():
            os._exit(1)
        return reference

    desk.request_appointment = store_and_die
    from actions.__main__ import main

    main()
