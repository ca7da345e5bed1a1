"""The curated FAQ: loaded, checked, and compiled into responses."""
