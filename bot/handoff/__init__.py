"""The queue of hand-offs and its delivery to the clinic's staff."""
