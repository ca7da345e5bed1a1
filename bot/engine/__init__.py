"""Everything that plugs into Rasa, and nothing else."""
