"""Keys and redaction: what keeps a mother's words from those they are not for."""
