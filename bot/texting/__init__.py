"""Text messages: what a mother means by one, and what leaves by one."""
