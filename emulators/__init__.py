"""Providers to try things against without an account: each speaks as the real one is documented to, and can misbehave.

`./dev emulate NAME` starts one by hand. They know nothing of the studio, and keep books of their own.
"""
