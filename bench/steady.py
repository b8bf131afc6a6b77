"""Ask for generations at an even pace, whatever the answers take: `python -m bench.steady URL KEY RATE SECONDS`."""

import asyncio
import json
import sys
import time

import httpx2

BODY = {"model": "fal-ai/nano-banana-2", "resolution": "0.5K", "prompt": "a lighthouse at dawn"}


async def ask(url: str, key: str, rate: float, seconds: float) -> dict[str, object]:
    """An open loop: each request is sent when it is due. Returns how many were accepted, and the time of each (ms)."""
    took: list[float] = []
    headers = {"Authorization": f"Bearer {key}", "Prefer": "respond-async"}
    limits = httpx2.Limits(max_connections=None, max_keepalive_connections=64)
    async with httpx2.AsyncClient(headers=headers, timeout=60, trust_env=False, limits=limits) as client:

        async def one(due: float) -> bool:
            await asyncio.sleep(due - time.perf_counter())
            try:
                status = (await client.post(f"{url}/api/v1/images/generate", json=BODY)).status_code
            except httpx2.TransportError:
                status = 0
            # From when it was due: a client that is late because the server is counts against the server.
            took.append((time.perf_counter() - due) * 1000)
            return status == 202

        begin = time.perf_counter() + 0.5
        accepted = await asyncio.gather(*(one(begin + at / rate) for at in range(int(rate * seconds))))
    return {
        "rate": rate,
        "accepted": sum(accepted),
        "asked": len(accepted),
        "ms": [round(ms, 1) for ms in took],
    }


if __name__ == "__main__":
    where, who, pace, how_long = sys.argv[1:]
    print(json.dumps(asyncio.run(ask(where, who, float(pace), float(how_long)))))
