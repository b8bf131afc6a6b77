"""Words that every area may use: settings, database, errors, ids, clock, secrets, logs, failpoints.

It knows no product: nothing here has heard of pictures, credits or keys.
"""
