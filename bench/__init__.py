"""This configuration beside stock Rasa's: the same data, the same machine, one run."""
