"""The groups of commands of `nightlight`, one module each; `bot/cli.py` puts them together."""
