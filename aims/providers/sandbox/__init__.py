"""The sandbox illustrator: offline pictures drawn from the words of a prompt.

It owns the vocabulary, the composition grammar and the brushes; it needs no key, no network and no model
weights. Callers use `draw.picture(order)` for encoded bytes and `draw.paint(order)` for the image itself.
"""
