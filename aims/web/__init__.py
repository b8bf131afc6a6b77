"""The HTTP face: their shapes in, our verbs, their shapes out. It decides nothing about money, work or files."""
