"""What `predictLongRunning` takes from Veo: names, types, choices, pictures that open and films that play.

Written from Google's own client (google-genai 3.6.1, `_GenerateVideosParameters_to_vertex`) and the models' own pages,
without a look at the studio's catalogue.
"""

from typing import Any

from emulators.google.pictures import picture

SECONDS = (4, 6, 8)
MODELS: dict[str, dict[str, Any]] = {
    "veo-3.1-generate-001": {
        "resolution": ("720p", "1080p", "4k"),
        "takes": ("image", "lastFrame", "referenceImages"),
    },
    "veo-3.1-fast-generate-001": {"resolution": ("720p", "1080p", "4k"), "takes": ("image", "lastFrame")},
    "veo-3.1-lite-generate-001": {"resolution": ("720p", "1080p"), "takes": ("image",)},
}
MOST_REFERENCES = 3
INSTANCE = frozenset({"prompt", "image", "lastFrame", "referenceImages", "video", "mask"})
KINDS: dict[str, type] = {
    "sampleCount": int, "durationSeconds": int, "aspectRatio": str, "resolution": str, "generateAudio": bool,
    "negativePrompt": str, "personGeneration": str, "seed": int, "enhancePrompt": bool, "fps": int,
    "storageUri": str, "compressionQuality": str, "resizeMode": str, "pubsubTopic": str,
}  # fmt: skip
CHOICES: dict[str, tuple[Any, ...]] = {
    "sampleCount": (1, 2, 3, 4),
    "durationSeconds": SECONDS,
    "aspectRatio": ("16:9", "9:16"),
    "personGeneration": ("dont_allow", "allow_adult", "allow_all"),
}


def check(model: str, body: Any) -> str | None:
    """What is wrong with a request, as a message; None when it is one that the model takes."""
    if not isinstance(body, dict) or body.keys() - {"instances", "parameters", "labels"}:
        return "Invalid JSON payload received. Unknown name: Cannot find field."
    instances = body.get("instances")
    if not isinstance(instances, list) or len(instances) != 1 or not isinstance(instances[0], dict):
        return "Exactly one instance is expected."
    return _instance(model, instances[0]) or _parameters(model, body.get("parameters", {}))


def words(body: Any) -> str:
    """The prompt of a request."""
    instances = body.get("instances") if isinstance(body, dict) else None
    first = instances[0] if isinstance(instances, list) and instances else None
    return str(first.get("prompt", "")) if isinstance(first, dict) else ""


def _instance(model: str, said: dict[str, Any]) -> str | None:
    unknown = sorted(said.keys() - INSTANCE)
    if unknown:
        return f'Unknown name "{unknown[0]}" in the instance.'
    if not isinstance(said.get("prompt", ""), str) or not (said.get("prompt") or said.get("image")):
        return "Text prompt or image is expected."
    media = said.keys() - {"prompt"}
    if not media <= set(MODELS[model]["takes"]):
        return f"{sorted(media)} is not supported by this model."
    if "lastFrame" in said and "image" not in said:
        return "Last frame is given without a first one."
    if "referenceImages" in said and (said.keys() & {"image", "lastFrame"} or not _are_references(said)):
        return "Reference images are not supported in this way."
    held = [said[name] for name in ("image", "lastFrame") if name in said]
    held += [each["image"] for each in said.get("referenceImages", [])]
    return next((problem for each in held if (problem := _still(each))), None)


def _are_references(said: dict[str, Any]) -> bool:
    held = said["referenceImages"]
    return (
        isinstance(held, list)
        and 0 < len(held) <= MOST_REFERENCES
        and all(isinstance(each, dict) and each.keys() == {"image", "referenceType"} for each in held)
        and all(each["referenceType"] == "asset" for each in held)
    )


def _still(held: Any) -> str | None:
    if not isinstance(held, dict) or held.keys() != {"bytesBase64Encoded", "mimeType"}:
        return "Image should have bytes and a mime type."
    return picture(held["mimeType"], held["bytesBase64Encoded"])


def _parameters(model: str, said: Any) -> str | None:
    if not isinstance(said, dict):
        return "Invalid value at 'parameters'"
    choices = CHOICES | {"resolution": MODELS[model]["resolution"]}
    for name, value in said.items():
        if name not in KINDS:
            return f'Unknown name "{name}" in the parameters.'
        if type(value) is not KINDS[name]:
            return f"Invalid value at 'parameters.{name}'"
        if name in choices and value not in choices[name]:
            return f"Unsupported value for {name}: {value}. Supported are {choices[name]}."
    if not 0 <= said.get("seed", 0) < 2**32:
        return "Seed is out of its range."
    return None
