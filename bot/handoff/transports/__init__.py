"""How a notice reaches the clinic: one module a transport, `registry` names them."""
