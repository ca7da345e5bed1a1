"""Danger: how it is seen, and the crisis lines that answer it. Pure; no Rasa here."""
