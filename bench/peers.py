"""Gateways that are measured beside the studio: how each is started, and how it is asked."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

BODY = '{"model": "bench-image", "prompt": "a lighthouse at dawn", "n": 1, "size": "1024x1024"}'
_LITELLM = """
model_list:
  - model_name: bench-image
    litellm_params: {model: openai/dall-e-3, api_base: "@upstream@/v1", api_key: sk-bench}
general_settings: {master_key: sk-bench}
litellm_settings: {telemetry: false, set_verbose: false, request_timeout: 600}
"""
_KEY = "Authorization: Bearer sk-bench"
type_of_plan = tuple[list[str], dict[str, str], str, str]


@dataclass(frozen=True, slots=True)
class Peer:
    """A gateway. health: what answers when it is ready."""

    name: Literal["LiteLLM", "Portkey"]
    program: str
    health: str

    def found(self, installed: Path) -> bool:
        """Whether it is installed in that folder."""
        return (installed / self.program).exists()

    def plan(self, installed: Path, folder: Path, port: int, upstream: str) -> type_of_plan:
        """What starts it and its environment; the headers and the body of a request."""
        program = str((installed / self.program).resolve())
        if self.name == "Portkey":
            target = f"x-portkey-provider: openai\nx-portkey-custom-host: {upstream}/v1"
            node = os.environ.get("NODE", "node")
            return (
                [node, program, "--headless", f"--port={port}"],
                {"NODE_ENV": "production"},
                f"{target}\n{_KEY}",
                BODY,
            )
        settings = folder / "litellm.yaml"
        settings.write_text(_LITELLM.replace("@upstream@", upstream))
        command = [
            program,
            "--config",
            str(settings),
            "--host",
            "127.0.0.1",
            "--port",
            str(port),
            "--num_workers",
            "1",
        ]
        # As its makers say for production; and its list of prices from its package instead of the network.
        environment = {
            "LITELLM_MODE": "PRODUCTION",
            "LITELLM_LOG": "ERROR",
            "LITELLM_LOCAL_MODEL_COST_MAP": "True",
        }
        return command, environment, _KEY, BODY


PEERS = (
    Peer("Portkey", "portkey/node_modules/@portkey-ai/gateway/build/start-server.js", "/"),
    Peer("LiteLLM", "venv-litellm/bin/litellm", "/health/liveliness"),
)
