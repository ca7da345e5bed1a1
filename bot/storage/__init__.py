"""The database: the only package with queries."""
