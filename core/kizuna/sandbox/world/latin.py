"""Latin spellings for addresses on the net."""

from __future__ import annotations

import re
import unicodedata

_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "œ": "oe"})


def plain(text: str) -> str:
    """Latin letters without marks: ``Müller`` is ``Mueller``, ``Hélène`` is ``Helene``."""
    folded = unicodedata.normalize("NFKD", text.translate(_GERMAN))
    return "".join(letter for letter in folded if not unicodedata.combining(letter))


def slug(text: str, joint: str = "") -> str:
    """Lower-case letters and digits only, words joined by ``joint``."""
    return joint.join(re.findall(r"[a-z0-9]+", plain(text).lower()))
