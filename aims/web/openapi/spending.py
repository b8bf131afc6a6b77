"""Operations that tell what can be spent, and what was."""

from .operations import KEY, Answer, Operation, json_of

TAG = "Credits and usage"

OPERATIONS = (
    Operation(
        method="GET",
        path="/api/v1/credits",
        name="showCredits",
        tag=TAG,
        summary="What can be spent",
        says="The credits of the workspace, and how they came and went.",
        access=KEY,
        parameters=("limit", "cursor"),
        answers={200: Answer(says="The balance, and a page of the ledger.", content=json_of("Credits"))},
    ),
    Operation(
        method="GET",
        path="/api/v1/usage",
        name="showUsage",
        tag=TAG,
        summary="What was used",
        says="Generations, outputs and credits in groups: by day, model, key or member, or several of them. "
        "Without dates it tells the last 30 days.",
        access="usage:read",
        parameters=("group_by", "from", "to", "kind", "sandbox", "limit", "cursor"),
        answers={200: Answer(says="A page of groups, and all of it together.", content=json_of("Usage"))},
    ),
)
