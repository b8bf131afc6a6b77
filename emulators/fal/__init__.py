"""fal.ai's queue on this machine: checks requests, makes small pictures and films, and writes down what it bills."""
