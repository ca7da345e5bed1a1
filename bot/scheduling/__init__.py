"""Appointment requests: what a mother may answer, and what a request is."""
