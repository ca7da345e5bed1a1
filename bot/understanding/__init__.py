"""How a message is understood: words, encoder, classifier, decision. No Rasa here."""
