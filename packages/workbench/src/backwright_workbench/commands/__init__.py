"""What the verbs do: one straight-line module each. What must not live here: parsing arguments, printing."""
