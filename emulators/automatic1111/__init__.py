"""AUTOMATIC1111's web UI on this machine, as far as its API goes: one drawing at a time, answered when it is done."""
