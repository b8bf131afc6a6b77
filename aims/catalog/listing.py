"""Tells what a model is and takes, for lists, forms, command-line help and tool schemas."""

from typing import Any

from .fields import ASPECT_RATIOS, SIDE_LEAST, SIDE_MOST
from .spec import Model, Parameter, Picture, Price

Json = dict[str, Any]


def describe(model: Model, price: Price | None = None) -> Json:
    """One entry of `available_models`, as JSON.

    price: the operator's, in place of the file's. `credit_cost` is in credits per image, or per second of
    film. `available_settings` has, for each field that the model acts on, its type, bounds, choices, default
    and a line of help. `default_advanced_settings` is what a request that says nothing gets.
    """
    settings = _settings(model)
    price = price or model.price
    return {
        "id": model.id,
        "name": model.name,
        "model_type": model.task,
        "credit_cost": price.credits,
        "description": model.description,
        "default_advanced_settings": {n: s["default"] for n, s in settings.items() if "default" in s},
        "available_settings": settings,
        "price": {
            "unit": price.unit,
            "credits": price.credits,
            "multipliers": [
                {
                    "name": one.name,
                    "factor": str(one.factor),
                    "when": {n: list(w) if isinstance(w, tuple) else w for n, w in one.when.items()},
                    **({"over_pixels": one.over_pixels} if one.over_pixels else {}),
                }
                for one in price.multipliers
            ],
        },
    }


def _settings(model: Model) -> dict[str, Json]:
    settings = {name: _source(model, name) for name in model.sources}
    if model.picture is not None:
        settings |= _picture(model.picture, editing=model.task == "img2img")
        n_help = "How many pictures to make."
        settings["n"] = {"type": "integer", "min": 1, "max": 8, "default": 1, "help": n_help}
    return settings | {name: _parameter(parameter) for name, parameter in model.parameters.items()}


def _source(model: Model, name: str) -> Json:
    source = model.sources[name]
    entry: Json = {"type": "url", "required": source.required, "help": _sentence(source.help)}
    # The API's field decides whether a list is sent, whatever the provider then wants.
    if name.endswith("urls"):
        entry |= {"type": "urls", "min": 1, "max": source.most}
    if source.instead:
        entry["instead"] = source.instead
    return entry


def _picture(picture: Picture, *, editing: bool) -> dict[str, Json]:
    real = [name for name in picture.ratios if name != "auto"] or [n for n in ASPECT_RATIOS if n != "auto"]
    sizes: Json = {"type": "size", "help": "Width and height in pixels; the nearest size is used."}
    if picture.takes == "sizes":
        sizes["choices"] = ["auto", *picture.sizes]
    else:
        sizes |= {"min": SIDE_LEAST, "max": min(SIDE_MOST, picture.longest)}
    ratio: Json = {
        "type": "choice",
        "choices": ["auto", *real],
        "help": "Shape of the picture; wins over size.",
    }
    if editing:
        ratio["default"] = "auto"
    else:
        sizes["default"] = "1024x1024"
    entries = {"size": sizes, "aspect_ratio": ratio}
    if picture.resolutions:
        entries["resolution"] = {
            "type": "choice",
            "choices": list(picture.resolutions),
            "default": picture.resolution,
            "help": "How large the picture is, by the side of a square.",
        }
    return entries


def _parameter(parameter: Parameter) -> Json:
    entry: Json = {"type": parameter.type}
    if parameter.choices:
        entry["choices"] = list(parameter.choices)
    for key in ("min", "max", "default", "unit"):
        value = getattr(parameter, key)
        if value is not None:
            entry[key] = value
    return entry | {"help": parameter.help}


def _sentence(words: str) -> str:
    return words[:1].upper() + words[1:]
