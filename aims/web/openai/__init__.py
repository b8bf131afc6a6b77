"""The routes that programs written for OpenAI know: pictures, films and models under `/v1`.

A body is put into our words, checked against the catalogue and handed to the same verb as everywhere else, so that
money, limits, repeats and references have one way. Only the words going in and coming out are OpenAI's.
"""
