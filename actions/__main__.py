"""The action server, bound to this machine alone: `python -m actions`."""

from rasa_sdk.endpoint import create_app

import actions
from bot.settings import settings


def main() -> None:
    """Serve the actions of this package until stopped."""
    app = create_app(actions)
    app.run(host="127.0.0.1", port=settings().actions_port, workers=1, access_log=False)


if __name__ == "__main__":
    main()
