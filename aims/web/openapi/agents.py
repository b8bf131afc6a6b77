"""Operations for agents: the tools, the skills, and where everything is."""

from .operations import KEY, PUBLIC, Answer, Json, Operation, ref, with_heads

TAG = "Agents"
_TAGGED = ("ETag", "Cache-Control")
_MARKDOWN: dict[str, Json] = {"text/markdown; charset=utf-8": {"type": "string"}}
# What the studio refuses has its one shape of an error; what the protocol refuses is a message of the protocol.
_REFUSED: dict[str, Json] = {"application/json": {"anyOf": [ref("Error"), ref("ToolMessage")]}}

_ID: Json = {
    "type": ["string", "integer", "null"],
    "description": "Chosen by who asks; absent from a notice.",
}
_PARAMS: Json = {"type": "object", "additionalProperties": True}

REQUESTS: dict[str, Json] = {
    "ToolMessage": {
        "type": "object",
        "description": "A message of the Model Context Protocol, as JSON-RPC 2.0 has it.",
        "required": ["jsonrpc"],
        "properties": {
            "jsonrpc": {"const": "2.0", "description": "The version of JSON-RPC."},
            "id": _ID,
            "method": {"type": "string", "description": "What is asked, such as `tools/call`."},
            "params": {**_PARAMS, "description": "What it is asked with."},
            "result": {**_PARAMS, "description": "What came of it."},
            "error": {**_PARAMS, "description": "Why nothing came of it."},
        },
        "additionalProperties": True,
    },
    "ToolRequest": {
        "type": "object",
        "description": "A request of the Model Context Protocol, as JSON-RPC 2.0 has it.",
        "required": ["jsonrpc", "method"],
        "properties": {
            "jsonrpc": {"const": "2.0", "description": "The version of JSON-RPC."},
            "id": {"type": ["string", "integer"], "description": "Chosen by who asks; absent from a notice."},
            "method": {"type": "string", "description": "What is asked, such as `tools/call`."},
            "params": {**_PARAMS, "type": ["object", "null"], "description": "What it is asked with."},
        },
        "additionalProperties": True,
    },
    "ToolEvent": {
        "type": "object",
        "description": "One event of an answer, with the fields of Server-Sent Events.",
        "required": ["data"],
        "properties": {
            "event": {"const": "message", "description": "What kind of event it is."},
            "data": {
                "type": "string",
                "description": "A notice or the answer, as JSON text.",
                "contentMediaType": "application/json",
                "contentSchema": ref("ToolMessage"),
            },
        },
    },
}

OPERATIONS = with_heads(
    Operation(
        method="POST",
        path="/mcp",
        name="callTools",
        tag=TAG,
        summary="The tools for agents",
        says="The Model Context Protocol over streamable HTTP, without sessions: every message says with its key whose "
        "it is. Each tool needs the scope of the operation that it stands for. Pages of other sites are refused.",
        access=KEY,
        body={"application/json": ref("ToolRequest")},
        answers={
            200: Answer(
                says="The answer; as events where notices come before it.",
                content={"application/json": ref("ToolMessage"), "text/event-stream": ref("ToolEvent")},
            ),
            202: Answer(says="A notice was taken."),
            400: Answer(says="The message is wrong.", content=_REFUSED),
            404: Answer(says="There is no such method.", content=_REFUSED),
            406: Answer(says="The caller takes no events, which an answer may be.", content=_REFUSED),
        },
        errors=(403, 415),
    ),
    Operation(
        method="GET",
        path="/skills/{name}/SKILL.md",
        name="readSkill",
        tag=TAG,
        summary="An Agent Skill",
        says="Tells a coding agent how to make pictures or films with this studio. `/llms.txt` lists the skills.",
        access=PUBLIC,
        parameters=("skill_name", "if_none_match"),
        answers={
            200: Answer(says="The skill.", content=_MARKDOWN, headers=_TAGGED),
            304: Answer(says="It has not changed.", headers=_TAGGED),
        },
        errors=(404,),
        route="/skills/{name:str}/SKILL.md",
    ),
    Operation(
        method="GET",
        path="/llms.txt",
        name="llms",
        tag=TAG,
        summary="Where everything is, for agents",
        says="What this studio is, and where its documents and skills lie.",
        access=PUBLIC,
        parameters=("if_none_match",),
        answers={
            200: Answer(says="The text.", content=_MARKDOWN, headers=_TAGGED),
            304: Answer(says="It has not changed.", headers=_TAGGED),
        },
    ),
)
