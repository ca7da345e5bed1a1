"""`rasa data validate --fail-on-warnings`, with the settings that it needs: `python -m bot.engine.validate`."""

import subprocess
import sys

from bot.settings import ROOT


def main() -> int:
    """Run Rasa's validation of domain, rules and examples; returns its exit code."""
    command = [sys.executable, "-m", "rasa", "data", "validate", "--fail-on-warnings", "--data", "data"]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if found.returncode:
        sys.stdout.write(found.stdout + found.stderr)
    else:
        sys.stdout.write("Rasa finds no fault in domain, rules and examples.\n")
    return found.returncode


if __name__ == "__main__":
    sys.exit(main())
