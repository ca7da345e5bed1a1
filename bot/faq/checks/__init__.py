"""The rules that contents are held to: one module a noun, each of pure functions that give findings."""
