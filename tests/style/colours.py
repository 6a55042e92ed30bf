"""How colours look: contrast, difference, and what colour-blind people see of them.

Colours are sRGB triples from 0 to 1.
"""

from __future__ import annotations

import math

Colour = tuple[float, float, float]
Matrix = tuple[Colour, Colour, Colour]

#: G. M. Machado, M. M. Oliveira, L. A. F. Fernandes: A Physiologically-based Model for Simulation of
#: Color Vision Deficiency, IEEE TVCG 15 (2009), table of severity 1.0; applied to linear RGB.
SIGHTS: dict[str, Matrix] = {
    "usual": ((1, 0, 0), (0, 1, 0), (0, 0, 1)),
    "protanopia": (
        (0.152286, 1.052583, -0.204868),
        (0.114503, 0.786281, 0.099216),
        (-0.003882, -0.048116, 1.051998),
    ),
    "deuteranopia": (
        (0.367322, 0.860646, -0.227968),
        (0.280085, 0.672501, 0.047413),
        (-0.011820, 0.042940, 0.968881),
    ),
    "tritanopia": (
        (1.255528, -0.076749, -0.178779),
        (-0.078411, 0.930809, 0.147602),
        (0.004733, 0.691367, 0.303900),
    ),
}
_TO_XYZ: Matrix = (
    (0.4124564, 0.3575761, 0.1804375),
    (0.2126729, 0.7151522, 0.0721750),
    (0.0193339, 0.1191920, 0.9503041),
)
_WHITE = (0.95047, 1.0, 1.08883)  # D65


def from_hex(text: str) -> Colour:
    """The colour of "#0b5fae"."""
    red, green, blue = (int(text[at : at + 2], 16) / 255 for at in (1, 3, 5))
    return red, green, blue


def mixed(over: Colour, under: Colour, share: float) -> Colour:
    """What `color-mix(in srgb, over share, under)` gives."""
    red, green, blue = (a * share + b * (1 - share) for a, b in zip(over, under, strict=True))
    return red, green, blue


def seen(colour: Colour, sight: str) -> Colour:
    """The colour as somebody of that sight sees it."""
    red, green, blue = (_coded(min(1, max(0, part))) for part in _times(SIGHTS[sight], colour))
    return red, green, blue


def contrast(one: Colour, other: Colour) -> float:
    """The contrast ratio of WCAG 2, 1 to 21."""
    darker, lighter = sorted((_times(_TO_XYZ, one)[1], _times(_TO_XYZ, other)[1]))
    return (lighter + 0.05) / (darker + 0.05)


def difference(one: Colour, other: Colour) -> float:
    """CIEDE2000, as in G. Sharma, W. Wu, E. N. Dalal: The CIEDE2000 Color-Difference Formula (2005)."""
    return lab_difference(_lab(one), _lab(other))


def lab_difference(one: Colour, other: Colour) -> float:
    """CIEDE2000 of two colours in CIELAB."""
    (l1, a1, b1), (l2, a2, b2) = one, other
    grey = _rolled((math.hypot(a1, b1) + math.hypot(a2, b2)) / 2)
    a1, a2 = a1 * (1.5 - grey / 2), a2 * (1.5 - grey / 2)
    c1, c2 = math.hypot(a1, b1), math.hypot(a2, b2)
    h1, h2 = (math.degrees(math.atan2(b, a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180 if c1 * c2 else 0.0
    hue = (h1 + turn / 2) % 360 if c1 * c2 else h1 + h2
    if c1 * c2 and abs(h2 - h1) > 180:
        hue = (h1 + h2 + (360 if h1 + h2 < 360 else -360)) / 2
    light, chroma = (l1 + l2) / 2, (c1 + c2) / 2
    weight = (
        1
        - 0.17 * _cos(hue - 30)
        + 0.24 * _cos(2 * hue)
        + 0.32 * _cos(3 * hue + 6)
        - 0.20 * _cos(4 * hue - 63)
    )
    from_middle = (light - 50) ** 2
    in_light = (l2 - l1) / (1 + 0.015 * from_middle / math.sqrt(20 + from_middle))
    in_chroma = (c2 - c1) / (1 + 0.045 * chroma)
    in_hue = 2 * math.sqrt(c1 * c2) * math.sin(math.radians(turn / 2))
    in_hue /= 1 + 0.015 * chroma * weight
    blues = 60 * math.exp(-(((hue - 275) / 25) ** 2))
    rotation = -2 * _rolled(chroma) * math.sin(math.radians(blues))
    return math.sqrt(in_light**2 + in_chroma**2 + in_hue**2 + rotation * in_chroma * in_hue)


def _rolled(chroma: float) -> float:
    return math.sqrt(chroma**7 / (chroma**7 + 25.0**7))


def _cos(degrees: float) -> float:
    return math.cos(math.radians(degrees))


def _lab(colour: Colour) -> Colour:
    x, y, z = (
        _root(part / white) for part, white in zip(_times(_TO_XYZ, colour), _WHITE, strict=True)
    )
    return 116 * y - 16, 500 * (x - y), 200 * (y - z)


def _root(value: float) -> float:
    return value ** (1 / 3) if value > 216 / 24389 else (24389 / 27 * value + 16) / 116


def _times(matrix: Matrix, colour: Colour) -> Colour:
    """The matrix applied to the colour's linear light."""
    light = [_linear(part) for part in colour]
    one, two, three = (sum(a * b for a, b in zip(row, light, strict=True)) for row in matrix)
    return one, two, three


def _linear(part: float) -> float:
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def _coded(light: float) -> float:
    return light * 12.92 if light <= 0.0031308 else 1.055 * light ** (1 / 2.4) - 0.055
