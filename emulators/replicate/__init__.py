"""Replicate on this machine: checks inputs, makes small pictures and films, and writes down what it bills."""
