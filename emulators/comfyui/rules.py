"""Whether a workflow is one that can be run: its nodes, their inputs, what is linked to what.

The rules are those of ComfyUI's core nodes and of its own checks (`execution.py` at 04e2a914), written down without a
look at the studio's workflows.
"""

from typing import Any

CHECKPOINTS = ["v1-5-pruned-emaonly.safetensors", "sd_xl_base_1.0.safetensors"]
SAMPLERS = [
    "euler",
    "euler_ancestral",
    "heun",
    "dpmpp_2m",
    "dpmpp_2m_sde",
    "dpmpp_3m_sde",
    "ddim",
    "uni_pc",
    "lcm",
]
SCHEDULERS = ["simple", "sgm_uniform", "karras", "exponential", "ddim_uniform", "beta", "normal"]
DTYPES = ["default", "fp8_e4m3fn", "fp8_e4m3fn_fast", "fp8_e5m2"]
ENCODERS = ["stable_diffusion", "sd3", "ltxv", "wan", "hidream", "qwen_image"]
FORMATS = ["image/gif", "image/webp", "video/h264-mp4", "video/webm"]

Inputs = dict[str, Any]


def number(low: float, high: float, kind: type = int) -> tuple[str, float, float, type]:
    """The rule for a number."""
    return "number", low, high, kind


# What each class takes: another node's kind of output, a list of choices, a rule for a number, "text" or "image".
_SIDE, _MANY = number(16, 16384), number(1, 4096)
NODES: dict[str, Inputs] = {
    "CheckpointLoaderSimple": {"ckpt_name": CHECKPOINTS},
    "CLIPTextEncode": {"text": "text", "clip": "CLIP"},
    "EmptyLatentImage": {"width": _SIDE, "height": _SIDE, "batch_size": _MANY},
    "EmptyHunyuanLatentVideo": {
        "width": _SIDE,
        "height": _SIDE,
        "length": number(1, 16384),
        "batch_size": _MANY,
    },
    "RepeatLatentBatch": {"samples": "LATENT", "amount": number(1, 64)},
    "KSampler": {
        "model": "MODEL",
        "seed": number(0, 2**64 - 1),
        "steps": number(1, 10000),
        "cfg": number(0, 100, float),
        "sampler_name": SAMPLERS,
        "scheduler": SCHEDULERS,
        "positive": "CONDITIONING",
        "negative": "CONDITIONING",
        "latent_image": "LATENT",
        "denoise": number(0, 1, float),
    },
    "VAEDecode": {"samples": "LATENT", "vae": "VAE"},
    "VAEEncode": {"pixels": "IMAGE", "vae": "VAE"},
    "LoadImage": {"image": "image"},
    "SaveImage": {"images": "IMAGE", "filename_prefix": "text"},
    "PreviewImage": {"images": "IMAGE"},
    # Any file is there.
    "UNETLoader": {"unet_name": "text", "weight_dtype": DTYPES},
    "CLIPLoader": {"clip_name": "text", "type": ENCODERS},
    "VAELoader": {"vae_name": "text"},
    "LoraLoader": {
        "model": "MODEL",
        "clip": "CLIP",
        "lora_name": "text",
        "strength_model": number(-100, 100, float),
        "strength_clip": number(-100, 100, float),
    },
    "ModelSamplingSD3": {"model": "MODEL", "shift": number(0, 100, float)},
    "EmptySD3LatentImage": {"width": _SIDE, "height": _SIDE, "batch_size": _MANY},
    "ImageScale": {
        "image": "IMAGE",
        "upscale_method": ["nearest-exact", "bilinear", "area", "bicubic", "lanczos"],
        "width": number(0, 16384),
        "height": number(0, 16384),
        "crop": ["disabled", "center"],
    },
    "CreateVideo": {"images": "IMAGE", "fps": number(1, 120, float)},
    "SaveVideo": {
        "video": "VIDEO",
        "filename_prefix": "text",
        "format": ["auto", "mp4"],
        "codec": ["auto", "h264"],
    },
    "VHS_VideoCombine": {"images": "IMAGE", "frame_rate": number(1, 240, float), "format": FORMATS},
}
MAKES: dict[str, tuple[str, ...]] = {
    "CheckpointLoaderSimple": ("MODEL", "CLIP", "VAE"),
    "CLIPTextEncode": ("CONDITIONING",),
    "EmptyLatentImage": ("LATENT",),
    "EmptyHunyuanLatentVideo": ("LATENT",),
    "RepeatLatentBatch": ("LATENT",),
    "KSampler": ("LATENT",),
    "VAEDecode": ("IMAGE",),
    "VAEEncode": ("LATENT",),
    "LoadImage": ("IMAGE", "MASK"),
    "UNETLoader": ("MODEL",),
    "CLIPLoader": ("CLIP",),
    "VAELoader": ("VAE",),
    "LoraLoader": ("MODEL", "CLIP"),
    "ModelSamplingSD3": ("MODEL",),
    "EmptySD3LatentImage": ("LATENT",),
    "ImageScale": ("IMAGE",),
    "CreateVideo": ("VIDEO",),
}
FILMS = frozenset({"SaveVideo", "VHS_VideoCombine"})
ENDS = FILMS | {"SaveImage", "PreviewImage"}


def ends_of(graph: Any) -> list[str]:
    """The nodes that save something."""
    return [name for name, node in graph.items() if node.get("class_type") in ENDS]


def check(
    graph: Any, wanted: Any, images: Any, *, older: bool
) -> tuple[dict[str, Any] | None, dict[str, Any]]:
    """What is wrong with a workflow, as a server says it: `error` and `node_errors`.

    wanted: the nodes to run for, if only some. images: the names among the server's inputs.
    """
    if not isinstance(graph, dict) or not graph:
        return _error("no_prompt", "No prompt provided"), {}
    for name, node in graph.items():
        kind = node.get("class_type") if isinstance(node, dict) else None
        if kind not in NODES:
            if older:
                said = f"Cannot execute because node {kind} does not exist."
                return _error("invalid_prompt", said, f"Node ID '#{name}'"), {}
            said = f"Node '{kind}' not found. The custom node may not be installed."
            return _error("missing_node_type", said, f"Node ID '#{name}'"), {}
    ends = [each for each in ends_of(graph) if not wanted or each in wanted]
    if not ends:
        return _error("prompt_no_outputs", "Prompt has no outputs"), {}
    found: dict[str, list[dict[str, Any]]] = {}
    good = [end for end in ends if not _below(graph, end, images, found)]
    told = {
        name: {"errors": errors, "dependent_outputs": ends, "class_type": graph[name]["class_type"]}
        for name, errors in found.items()
    }
    if good:
        return None, told
    return _error("prompt_outputs_failed_validation", "Prompt outputs failed validation"), told


def in_order(graph: dict[str, Any], wanted: list[str]) -> list[str]:
    """The nodes that have to run, each after those that it takes something from."""
    order: list[str] = []

    def add(name: str) -> None:
        if name not in order:
            for value in graph[name]["inputs"].values():
                if is_link(value):
                    add(value[0])
            order.append(name)

    for each in wanted:
        add(each)
    return order


def is_link(value: object) -> bool:
    """Whether an input takes what another node makes."""
    return (
        isinstance(value, list)
        and len(value) == 2
        and isinstance(value[0], str)
        and isinstance(value[1], int)
    )


def _below(graph: Any, name: str, images: Any, found: dict[str, list[dict[str, Any]]]) -> bool:
    """Whether a node, or one that it takes something from, has an error."""
    node = graph[name]
    errors: list[dict[str, Any]] = []
    bad = False
    for field, rule in NODES[node["class_type"]].items():
        if field not in node["inputs"]:
            errors.append(_problem("required_input_missing", "Required input is missing", field, field))
            continue
        value = node["inputs"][field]
        if isinstance(value, list):
            if not is_link(value) or value[0] not in graph:
                errors.append(
                    _problem("bad_linked_input", "Bad linked input, must be a length-2 list", field, field)
                )
                continue
            made = MAKES.get(graph[value[0]]["class_type"], ())
            if value[1] >= len(made) or made[value[1]] != rule:
                said = f"{field}, received_type({made}) mismatch input_type({rule})"
                errors.append(
                    _problem("return_type_mismatch", "Return type mismatch between linked nodes", said, field)
                )
            bad = _below(graph, value[0], images, found) or bad
        else:
            errors += _value(field, value, rule, images)
    if errors:
        found[name] = errors
    return bad or bool(errors)


def _value(field: str, value: Any, rule: Any, images: Any) -> list[dict[str, Any]]:
    if isinstance(rule, list):
        if value in rule:
            return []
        return [
            _problem("value_not_in_list", "Value not in list", f"{field}: '{value}' not in {rule}", field)
        ]
    if rule == "text":
        return [] if isinstance(value, str) else [_converted(field, value, "STRING")]
    if rule == "image":
        if value in images:
            return []
        said = f"image - Invalid image file: {value}"
        return [_problem("custom_validation_failed", "Custom validation failed for node", said, field)]
    if not isinstance(rule, tuple):
        return [_converted(field, value, rule)]
    _, low, high, kind = rule
    try:
        value = kind(value)
    except (TypeError, ValueError):
        return [_converted(field, value, "INT" if kind is int else "FLOAT")]
    if value < low:
        return [_problem("value_smaller_than_min", f"Value {value} smaller than min of {low}", field, field)]
    if value > high:
        return [_problem("value_bigger_than_max", f"Value {value} bigger than max of {high}", field, field)]
    return []


def _converted(field: str, value: Any, kind: Any) -> dict[str, Any]:
    said = f"Failed to convert an input value to a {kind} value"
    return _problem("invalid_input_type", said, f"{field}, {value}", field)


def _problem(kind: str, message: str, details: str, field: str) -> dict[str, Any]:
    return {"type": kind, "message": message, "details": details, "extra_info": {"input_name": field}}


def _error(kind: str, message: str, details: str = "") -> dict[str, Any]:
    return {"type": kind, "message": message, "details": details, "extra_info": {}}
