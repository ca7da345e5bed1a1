"""Custom actions: thin translations between Rasa and `bot`. One module a hand-off."""
