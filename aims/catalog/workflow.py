"""A workflow: a graph that its provider runs, exported in the API format, and what of a request goes where in it.

A model of such a provider is two files: its TOML, and the graph beside it. Every value of a request has a name (the
`sent_as` of the model's file); `inputs` says which inputs of which nodes take it. So a new model needs no code.
"""

from typing import Any

from msgspec import Struct

# Filled for every call, whether a request can say it or not: the same graph with the same seed makes nothing new.
SEED = "seed"
# The graph goes under this name beside the values.
RESERVED = "workflow"
SIDES = ("width", "height")

Places = str | tuple[str, ...]


class Workflow(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The table `workflow` of a model's file.

    file: the graph, a file beside the model's. outputs: the nodes whose files are the results, the first one that has
    any first. inputs: a value's name to the place that takes it, as "NODE.INPUT", or to several; of a list of pictures
    each takes one, and the last picture fills those that are left over.
    sets: a value that is no input itself but sets others: its name, each of its choices, and what that sets.
    nodes: the graph, once it has been read.
    """

    file: str
    outputs: tuple[str, ...]
    inputs: dict[str, Places]
    sets: dict[str, dict[str, dict[str, str | int | float | bool]]] = {}
    nodes: dict[str, Any] = {}

    @property
    def takes_sides(self) -> bool:
        """Whether it can be told a size. One that edits may keep that of its picture."""
        return not self.inputs.keys().isdisjoint(SIDES)

    def places(self, name: str) -> list[tuple[str, str]]:
        """Where a value goes, as (node, input)."""
        said = self.inputs[name]
        found = [each.partition(".") for each in ([said] if isinstance(said, str) else said)]
        return [(node, field) for node, _, field in found]

    def spelled(self) -> dict[str, Any]:
        """All that whoever runs it needs, as JSON."""
        inputs = {name: [list(place) for place in self.places(name)] for name in self.inputs}
        return {"nodes": self.nodes, "inputs": inputs, "sets": self.sets, "outputs": list(self.outputs)}
