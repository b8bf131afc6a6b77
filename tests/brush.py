"""A model that nobody has heard of, as its file says it: for tests of what becomes of such a file."""

MODEL_FILE = """
id = "acme/brush"
name = "Acme Brush"
description = "Paints what it is told."
task = "text2img"
provider = "acme"
endpoint = "v1/brush"
version = "1"
source = "Acme's handbook"
checked = "2026-11-22"

[price]
credits = 5
unit = "image"
version = "1"

[picture]
takes = "ratios"
sent_as = "shape"
ratios = ["1:1", "2:1"]

[parameters.bristles]
type = "integer"
help = "How many bristles the brush has."
min = 3
max = 99
default = 12
sent_as = "bristle_count"
encoding = "digits"
"""
