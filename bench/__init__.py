"""Reproducible measurements. `./dev bench NAME` runs one; figures are printed and kept, and nothing is asserted."""
