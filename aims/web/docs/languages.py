"""One request in the languages that people copy: written out of its body, so that they all ask for the same.

The key comes out of AIMS_API_KEY in each of them, and the address is the reader's own.
"""

import json
import re
import shlex
from dataclasses import dataclass
from typing import Any

from aims.web.commands import Command, CommandLine

from .colours import Part, coloured

LABELS = {"curl": "curl", "python": "Python", "javascript": "JavaScript", "cli": "CLI"}
WIDEST = 88
"""Characters of a line above which a call is written on several."""
_NAME = re.compile(r"[A-Za-z_$][\w$]*")


@dataclass(frozen=True, slots=True)
class Pane:
    """An example in one language."""

    language: str
    label: str
    text: str
    parts: list[Part]


def pane(language: str, text: str, label: str = "") -> Pane:
    """Some text of a language, coloured."""
    return Pane(language, label or LABELS.get(language, language), text, coloured(text, language))


def generate(kind: str, body: str, base_url: str, line: CommandLine | None) -> list[Pane]:
    """A request that makes something, in every language. kind: `images` or `videos`; body: JSON text.

    A language that has no words for all of the body is left out.
    """
    asked = json.loads(body)
    texts = {
        "curl": _curl(kind, body, base_url),
        "python": _python(kind, asked, base_url),
        "javascript": _javascript(kind, asked, base_url),
        "cli": _cli(kind, asked, base_url, line),
    }
    return [pane(language, text) for language, text in texts.items() if text]


def _curl(kind: str, body: str, base_url: str) -> str:
    text = body.strip().replace("\n", "\n  ")
    return (
        f"curl -X POST {base_url}/api/v1/{kind}/generate \\\n"
        '  -H "Authorization: Bearer $AIMS_API_KEY" \\\n'
        '  -H "Content-Type: application/json" \\\n'
        f"  -d '{text}'"
    )


def _python(kind: str, asked: dict[str, Any], base_url: str) -> str:
    given = [_python_value(asked["prompt"])]
    given += [f"{name}={_python_value(value)}" for name, value in asked.items() if name != "prompt"]
    shown = "made.urls, made.credits.charged"
    return (
        "from aims.client import AIMS\n\n"
        f'with AIMS(base_url="{base_url}") as aims:  # the key is in AIMS_API_KEY\n'
        f"    made = {_call(f'aims.{kind}.generate', given, '    ')}\n"
        f"    print({shown})"
    )


def _call(name: str, given: list[str], indent: str) -> str:
    short = f"{name}({', '.join(given)})"
    if len(indent) + len("made = ") + len(short) <= WIDEST and len(given) < 3:
        return short
    lines = "".join(f"{indent}    {each},\n" for each in given)
    return f"{name}(\n{lines}{indent})"


def _python_value(value: Any) -> str:
    # JSON writes strings as Python does, but for the three words.
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, list):
        return f"[{', '.join(map(_python_value, value))}]"
    return json.dumps(value, ensure_ascii=False)


def _javascript(kind: str, asked: dict[str, Any], base_url: str) -> str:
    lines = "".join(
        f"    {name if _NAME.fullmatch(name) else json.dumps(name)}: {_script_value(value)},\n"
        for name, value in asked.items()
    )
    shown = "made.images.map((image) => image.url)" if kind == "images" else "made.video.url"
    return (
        f'const answer = await fetch("{base_url}/api/v1/{kind}/generate", {{\n'
        '  method: "POST",\n'
        "  headers: {\n"
        "    Authorization: `Bearer ${process.env.AIMS_API_KEY}`,\n"
        '    "Content-Type": "application/json",\n'
        "  },\n"
        "  body: JSON.stringify({\n"
        f"{lines}"
        "  }),\n"
        "});\n"
        "const made = await answer.json();\n"
        "if (!answer.ok) throw new Error(made.error);\n"
        f"console.log({shown}, made.credits_used);"
    )


def _script_value(value: Any) -> str:
    if isinstance(value, list) and len(json.dumps(value)) > 60:
        inner = "".join(f"      {json.dumps(each, ensure_ascii=False)},\n" for each in value)
        return f"[\n{inner}    ]"
    return json.dumps(value, ensure_ascii=False)


def _cli(kind: str, asked: dict[str, Any], base_url: str, line: CommandLine | None) -> str:
    """The first command whose flags can say all of the body; empty when none can."""
    names = ("video",) if kind == "videos" else ("edit", "image") if "image_urls" in asked else ("image",)
    for name in names:
        command = line.command(name) if line else None
        words = _words(command, asked) if command else None
        if words is not None:
            return " \\\n  ".join([*words, f"--base-url {base_url}"])
    return ""


def _words(command: Command, asked: dict[str, Any]) -> list[str] | None:
    words = [f"{command.name} {_shell(asked['prompt'])}"]
    for field, value in asked.items():
        if field != "prompt":
            told = _flags(command, field, value)
            if told is None:
                return None
            words += told
    return words


def _flags(command: Command, field: str, value: Any) -> list[str] | None:
    """A field of the body as flags of a command; None when it has none."""
    option = next((each for each in command.options if each.field == field and not each.argument), None)
    if option is None:
        return None
    flag = option.flags[-1]
    if isinstance(value, bool):
        return [flag] if value else [option.off] if option.off else []
    return [f"{flag} {_shell(each)}" for each in (value if isinstance(value, list) else [value])]


def _shell(value: Any) -> str:
    """A word as a person would write it: in double quotes where it has to be quoted and that is enough."""
    text = str(value)
    if shlex.quote(text) == text:
        return text
    return f'"{text}"' if not re.search(r'["$`\\!]', text) else shlex.quote(text)
