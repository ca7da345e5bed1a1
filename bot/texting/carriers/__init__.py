"""How texts leave: by Twilio, or as files."""
