"""Buildings of the ancient world: a temple with columns, and what is left of one."""

from __future__ import annotations

from aims.providers.sandbox.figures import subjects

STEPS = "r d -92 88 92 98; r m -92 88 92 91; r d -84 79 84 88; r m -84 79 84 82; r d -76 71 76 79; r m -76 71 76 73\n"


def _column(x: int, top: int, foot: int, capital: bool) -> str:
    """A fluted column, whole with its capital or broken off slantwise."""
    rows = [f"r m {x - 8} {top} {x + 8} {foot}", f"r d {x + 3} {top} {x + 8} {foot}"]
    rows += [f"r l {x - 6} {top} {x - 4} {foot}", f"r d {x - 1} {top} {x} {foot}"]
    rows.append(f"r l {x - 11} {foot - 4} {x + 11} {foot}")
    if capital:
        rows += [f"p l {x - 12} {top} {x + 12} {top} {x + 8} {top + 7} {x - 8} {top + 7}"]
    else:
        jagged = f"{x - 3} {top - 9} {x + 2} {top - 3} {x + 8} {top - 6}"
        rows.append(f"p m {x - 8} {top} {jagged} {x + 8} {top + 2} {x - 8} {top + 2}")
    return "; ".join(rows)


SUBJECTS = subjects(
    {
        "classicaltemple": (
            "e4d8c0",
            0.46,
            "ground",
            STEPS
            + "r k -66 -6 66 71; r d -30 8 30 71\n"
            + "\n".join(_column(x, -14, 71, True) for x in (-64, -38, -13, 13, 38, 64))
            + """
            r m -80 -30 80 -14; r d -80 -17 80 -14; r l -80 -30 80 -27; =r d 8 -27 12 -18
            =r d 28 -27 32 -18; =r d 48 -27 52 -18; =r d 68 -27 72 -18; p l -88 -30 0 -74 88 -30
            p d -70 -33 0 -66 70 -33; o m 0 -43 9 9; =o m 20 -38 6 5; =o m 36 -36 5 3; o l 0 -78 5 6
            =o l 86 -34 4 5""",
        ),
        "ruins": (
            "dccfb4",
            0.46,
            "ground",
            STEPS
            + "\n".join(
                _column(x, top, 71, whole)
                for x, top, whole in (
                    (-64, -24, True),
                    (-38, -24, True),
                    (-13, -24, True),
                    (14, 18, False),
                    (40, -8, False),
                    (66, 46, False),
                )
            )
            + """
            p m -78 -40 4 -40 -2 -32 3 -24 -78 -24; p d -78 -27 2 -27 3 -24 -78 -24; r l -78 -40 2 -37
            p l -84 -40 -52 -58 -42 -52 -30 -62 -18 -50 -8 -40; p d -70 -42 -50 -53 -40 -47 -22 -42
            p d 18 98 24 78 48 74 54 90 46 99; p m 20 94 26 80 44 77 48 90; o d 78 88 12 12
            r m 78 76 108 100 2; o l 78 88 9 11; o d 78 88 4 5; r d 92 76 95 100
            p d -104 100 -98 82 -78 80 -70 100; p l -102 98 -97 84 -80 82 -76 98
            b 6f8a4a -60 84 -54 74 -46 70 -38 76 -34 84; b 5f7f3a 6 98 14 86 24 90 30 100
            b 6f8a4a 58 74 62 62 70 58 74 66 74 76; b 5f7f3a -78 -30 -70 -20 -66 4 -74 -6""",
        ),
    }
)
