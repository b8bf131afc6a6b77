"""Reads a prompt: plain words, their stems, what is denied, and the vocabulary entries they carry."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

from aims.providers.sandbox import phrases

# Longer prompts are read up to here; the rest still decides the seed.
READ_CHARACTERS = 3000
_WORD = re.compile(r"[a-z0-9]+|[,.;:!?\n]")
_DENIALS = {"no", "without", "not", "never", "minus", "remove", "excluding", "except"}
_FILLERS = {"any", "a", "an", "the", "of"}
_IRREGULAR = {
    "people": "person",
    "men": "man",
    "women": "woman",
    "children": "child",
    "mice": "mouse",
    "geese": "goose",
    "wolves": "wolf",
    "leaves": "leaf",
    "knives": "knife",
    "shelves": "shelf",
    "cacti": "cactus",
    "oxen": "ox",
    "feet": "foot",
    "loaves": "loaf",
    "calves": "calf",
    "octopi": "octopus",
    "elves": "elf",
    "thieves": "thief",
    "warmer": "warm",
    "cooler": "cool",
    "colder": "cold",
    "brighter": "bright",
    "darker": "dark",
    "moodier": "moody",
    "snowier": "snowy",
    "scarves": "scarf",
}


@cache
def _phrases() -> re.Pattern[str]:
    names = sorted((name for name in phrases.PHRASES.split("|") if name.strip()), key=len, reverse=True)
    return re.compile(r"\b(?:" + "|".join(name.replace(" ", r"[\s-]+") for name in names) + r")\b")


def plain(text: str) -> str:
    """Lower case without accents, with many-word names joined into one word."""
    flat = unicodedata.normalize("NFKD", text[:READ_CHARACTERS])
    flat = "".join(c for c in flat if not unicodedata.combining(c)).lower().replace("\u2019", "'")
    flat = re.sub(r"(\w)'s\b", r"\1", flat)
    return _phrases().sub(lambda match: re.sub(r"[\s-]+", "", match.group()), flat)


def tokens(text: str) -> list[str]:
    """Words and sentence marks, in order."""
    return _WORD.findall(plain(text))


def stems(word: str) -> tuple[str, ...]:
    """The word and its likely dictionary forms, most literal first."""
    forms = [word]
    if word in _IRREGULAR:
        forms.append(_IRREGULAR[word])
    if word.endswith("ies") and len(word) > 4:
        forms.append(word[:-3] + "y")
    if word.endswith("es") and len(word) > 4:
        forms.append(word[:-2])
    if word.endswith("s") and not word.endswith("ss") and len(word) > 3:
        forms.append(word[:-1])
    if word.endswith("ing") and len(word) > 5:
        forms += [word[:-3], word[:-3] + "e"]
    if word.endswith("ed") and len(word) > 4:
        forms += [word[:-2], word[:-1]]
    if word.endswith("y") and len(word) > 4:
        forms.append(word[:-1])
    return tuple(forms)


def table(entries: Mapping[str, str]) -> dict[str, tuple[str, ...]]:
    """Turns meaning -> words into word -> meanings."""
    found: dict[str, tuple[str, ...]] = {}
    for meaning, line in entries.items():
        for word in line.split():
            found[word] = (*found.get(word, ()), meaning)
    return found


def meanings(word: str, known: Mapping[str, tuple[str, ...]]) -> tuple[str, ...]:
    """What a word means in a table made by `table`, trying its stems; empty when unknown."""
    for form in stems(word):
        if form in known:
            return known[form]
    return ()


def split_denied(words: list[str]) -> tuple[list[str], set[str]]:
    """The words a prompt asks for and the words it denies ("no clouds", "without people or cars")."""
    kept: list[str] = []
    denied: set[str] = set()
    at = 0
    while at < len(words):
        if words[at] not in _DENIALS:
            kept.append(words[at])
            at += 1
            continue
        at += 1
        while at < len(words) and words[at] in _FILLERS | _DENIALS:
            at += 1
        while at < len(words) and words[at].isalnum():
            denied.update(stems(words[at]))
            at += 1
            if at >= len(words) or words[at] not in {"and", "or"}:
                break
            at += 1
            while at < len(words) and words[at] in _FILLERS | _DENIALS:
                at += 1
    return kept, denied
