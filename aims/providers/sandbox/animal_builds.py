"""The proportions of four-legged animals."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Build:
    """The proportions of an animal that looks to the right, in subject units (2 is the whole height)."""

    length: float = 1.0
    girth: float = 0.5
    leg: float = 0.55
    leg_width: float = 0.13
    reach: float = 0.18
    rise: float = 0.45
    neck: float = 0.26
    head: float = 0.2
    snout: float = 0.16
    muzzle: float = 0.1
    ear: str = "point"
    tail: str = "thin"
    marks: str = ""
    crown: str = ""


BUILDS: dict[str, tuple[Build, str, float]] = {
    "dog": (
        Build(0.95, 0.44, 0.58, 0.13, 0.2, 0.42, 0.28, 0.22, 0.22, 0.12, "flop", "up", "belly"),
        "b9793f",
        0.3,
    ),
    "fox": (
        Build(0.95, 0.4, 0.5, 0.1, 0.24, 0.34, 0.24, 0.21, 0.24, 0.08, "point", "bushy", "fox"),
        "d9662a",
        0.26,
    ),
    "wolf": (
        Build(1.0, 0.46, 0.6, 0.12, 0.24, 0.36, 0.3, 0.21, 0.24, 0.1, "point", "bushy", "belly"),
        "6f7682",
        0.32,
    ),
    "horse": (
        Build(1.05, 0.48, 0.82, 0.12, 0.26, 0.66, 0.28, 0.15, 0.3, 0.11, "small", "horse", "", "mane"),
        "7d4a2c",
        0.46,
    ),
    "unicorn": (
        Build(1.05, 0.46, 0.82, 0.11, 0.26, 0.66, 0.27, 0.15, 0.3, 0.11, "small", "horse", "", "unicorn"),
        "f4eef6",
        0.46,
    ),
    "bear": (Build(1.15, 0.72, 0.45, 0.24, 0.2, 0.2, 0.5, 0.27, 0.2, 0.14, "round", "stub"), "6b4630", 0.4),
    "panda": (
        Build(1.05, 0.74, 0.42, 0.25, 0.18, 0.24, 0.5, 0.3, 0.14, 0.14, "round", "stub", "panda"),
        "f2f0ea",
        0.36,
    ),
    "elephant": (
        Build(1.2, 0.82, 0.62, 0.27, 0.18, 0.3, 0.5, 0.3, 0.0, 0.1, "big", "thin", "", "trunk"),
        "8b8f9a",
        0.56,
    ),
    "deer": (
        Build(0.9, 0.4, 0.78, 0.085, 0.22, 0.62, 0.18, 0.14, 0.22, 0.09, "leaf", "stub", "belly", "antlers"),
        "a86c3c",
        0.46,
    ),
    "lion": (
        Build(1.1, 0.5, 0.52, 0.15, 0.16, 0.3, 0.36, 0.24, 0.16, 0.13, "round", "tuft", "", "lion"),
        "d9a24c",
        0.36,
    ),
    "tiger": (
        Build(1.15, 0.48, 0.5, 0.15, 0.22, 0.28, 0.34, 0.23, 0.15, 0.13, "round", "long", "stripes"),
        "e0852c",
        0.34,
    ),
    "cow": (
        Build(1.15, 0.6, 0.52, 0.14, 0.2, 0.26, 0.36, 0.2, 0.26, 0.14, "leaf", "tuft", "patches", "horns"),
        "f0ebe2",
        0.38,
    ),
    "sheep": (
        Build(0.95, 0.62, 0.38, 0.1, 0.16, 0.26, 0.3, 0.17, 0.18, 0.11, "flop", "stub", "wool"),
        "f1ede2",
        0.28,
    ),
    "pig": (
        Build(1.1, 0.62, 0.34, 0.15, 0.16, 0.12, 0.44, 0.24, 0.16, 0.12, "point", "curl"),
        "eda3a6",
        0.26,
    ),
    "giraffe": (
        Build(
            0.72, 0.4, 0.78, 0.085, 0.3, 1.0, 0.16, 0.12, 0.2, 0.09, "leaf", "tuft", "giraffe", "ossicones"
        ),
        "e3b45c",
        0.62,
    ),
    "zebra": (
        Build(1.0, 0.48, 0.72, 0.11, 0.26, 0.58, 0.26, 0.15, 0.28, 0.11, "small", "horse", "stripes", "mane"),
        "f4f1ec",
        0.42,
    ),
    "mouse": (Build(0.85, 0.5, 0.22, 0.09, 0.2, 0.02, 0.4, 0.24, 0.22, 0.05, "huge", "long"), "9a9099", 0.16),
    "camel": (
        Build(0.95, 0.46, 0.8, 0.11, 0.34, 0.56, 0.17, 0.14, 0.24, 0.1, "small", "tuft", "humps"),
        "c9985c",
        0.46,
    ),
}
