"""OpenAI's Images API on this machine: checks requests, makes small pictures, and writes down what it bills."""
