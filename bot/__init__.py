"""Nightlight: what the bot decides. Rasa is known only in `bot.engine`."""
