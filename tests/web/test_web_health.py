"""Whether it answers, whether it takes paid work, and what it writes down."""

import io
import json
from collections.abc import Callable

import pytest
import structlog
from serving import Served, has_error

from aims.core import log


def test_it_says_that_it_is_well(served: Served):
    health, ready = served.client.get("/health"), served.client.get("/ready")

    assert (health.status_code, health.json()) == (200, {"status": "ok"})
    assert (ready.status_code, ready.json()) == (200, {"status": "ok"})


def test_below_the_watermark_paid_work_is_refused_and_looking_is_not(own: Callable[..., Served]):
    served = own(min_free_mib=10**9)
    alice = served.person(1000)

    ready, health = served.client.get("/ready"), served.client.get("/health")
    before = alice.traces
    answer = alice.generate()

    assert ready.status_code == 503
    assert "MiB left" in ready.json()["reason"]
    assert health.status_code == 200
    error = has_error(answer, 503, "storage_full")
    assert "Nothing was charged" in error["error"]
    assert int(answer.headers["retry-after"]) >= 1
    assert alice.traces == before


def test_without_the_sandbox_a_model_without_a_provider_is_refused(own: Callable[..., Served]):
    alice = own(sandbox="off").person(1000)
    before = alice.traces

    answer = alice.generate()

    error = has_error(answer, 503, "provider_not_connected")
    assert "not connected" in error["error"]
    assert int(answer.headers["retry-after"]) >= 1
    assert alice.traces == before


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], io.StringIO]:
    """Configures the log as `serve` does, and catches what it writes."""

    def begin(form: str) -> io.StringIO:
        written = io.StringIO()
        monkeypatch.setattr("sys.stderr", written)
        log.configure("debug", form)
        # The log keeps what it was first used with; in this process that was another test.
        processors = structlog.get_config()["processors"]
        fresh = structlog.wrap_logger(structlog.PrintLogger(written), processors=processors)
        for module in (
            "web.gate",
            "web.errors",
            "generation.call",
            "generation.collect",
            "generation.job",
            "generation.supervisor",
        ):
            monkeypatch.setattr(f"aims.{module}.logger", fresh)
        return written

    configured = structlog.get_config()
    yield begin
    structlog.configure(**configured)


@pytest.mark.parametrize("form", ["json", "text"])
def test_the_log_has_the_request_and_never_the_key_or_the_prompt(
    own: Callable[..., Served],
    lines: Callable[[str], io.StringIO],
    form: str,
    monkeypatch: pytest.MonkeyPatch,
):
    served = own()
    alice = served.person(1000)
    written = lines(form)

    good = alice.generate("A secret plan of mine", headers={"X-Request-Id": "trace-good-1"})
    bad = alice.raw_body(b'{"prompt": "A secret plan of mine", "n": 99}', X_Request_Id="trace-bad-1")
    monkeypatch.setattr("aims.web.api.generate.submit", broken)
    fault = alice.generate("A secret plan of mine", headers={"X-Request-Id": "trace-fault-1"})

    assert (good.status_code, bad.status_code, fault.status_code) == (200, 400, 500)
    has_error(fault, 500, "internal_error")
    assert "secret plan" not in fault.text
    text = written.getvalue()
    assert all(f"trace-{which}-1" in text for which in ("good", "bad", "fault"))
    assert "secret plan" not in text
    assert alice.text not in text
    assert alice.text[-30:] not in text
    if form == "json":
        requests = [each for each in map(json.loads, text.splitlines()) if each["event"] == "request"]
        assert [each["status"] for each in requests] == [200, 400, 500]
        assert requests[0]["path"] == "/api/v1/images/generate"
        assert requests[0]["request_id"] == "trace-good-1"


async def broken(*_: object, **__: object) -> None:
    """A fault that nobody foresaw, with the request and its key in reach of a traceback."""
    raise ZeroDivisionError("nobody foresaw this")


def test_a_line_break_in_an_address_writes_no_second_line(
    own: Callable[..., Served], lines: Callable[[str], io.StringIO]
):
    served = own()
    written = lines("json")

    served.client.get("/a%0a%7b%22event%22:%22forged%22%7d%1b[31m")

    assert len(written.getvalue().splitlines()) == 1
    assert json.loads(written.getvalue())["path"].startswith("/a\n")
