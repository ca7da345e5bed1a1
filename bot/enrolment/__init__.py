"""Who is sent text messages: mothers that the clinic has enrolled and who agreed."""
