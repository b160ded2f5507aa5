"""operations/drain: told to stop, a service loses no request, says so first, and ends cleanly."""

from dataclasses import replace
from pathlib import Path

import pytest
from backwright_workbench.verify.checks.operations import drain as check
from backwright_workbench.verify.checks.operations.drain import Drained, during, judge
from backwright_workbench.verify.load.plan import Ran, Sample
from backwright_workbench.verify.opening import Opened
from verify_planting import checked, faults, passed, planted

DRAIN = "operations/drain"
MAIN = "src/work_orders/main.py"
SHORT = check.Extent(before=0.3, drain=0.8, grace=4.0)
GOOD = Drained(told_at=10.0, left_after=0.02, slow=201, exit=0, ended_after=2.0)

AT_ONCE = (
    "    return build(",
    "    from backwright.serving import Server\n\n"
    "    Server.handle_exit = lambda self, sig, frame: self.force()\n"
    "    return build(",
)


@pytest.fixture(autouse=True)
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than a second of drain shows the same."""
    monkeypatch.setattr(check, "QUICK", SHORT)


@pytest.mark.slow
def test_a_good_service_passes(good: Opened, tmp_path: Path) -> None:
    """It goes on answering while it says that it leaves."""
    evidence = checked(good, DRAIN, tmp_path)
    assert passed(evidence)
    assert evidence.data["requests"] > 10
    assert evidence.data["exit"] == 0


@pytest.mark.slow
def test_a_service_that_ends_at_once_fails(good: Opened, tmp_path: Path) -> None:
    """It heeds no drain: what is under way is cut, balancers are not told, and it does not end with 0."""
    with planted(good, tmp_path, {MAIN: AT_ONCE}) as opened:
        found = faults(checked(opened, DRAIN, tmp_path))
    assert "a request that was under way is cut" in found
    assert "it ends with status 1" in found
    assert "GET /health/ready: it is ready although it stops" in found
    assert "a request is cut or refused while it drains" in found


@pytest.mark.parametrize(
    ("seen", "said"),
    [
        pytest.param(replace(GOOD, left_after=None), "it is ready although it stops", id="ready"),
        pytest.param(replace(GOOD, alive=False), "it is not alive while it drains", id="not-alive"),
        pytest.param(replace(GOOD, slow=None), "a request that was under way is cut", id="cut"),
        pytest.param(replace(GOOD, slow=503), "a request that was under way is answered 503", id="refused"),
        pytest.param(replace(GOOD, exit=None), "it does not end", id="does-not-end"),
        pytest.param(replace(GOOD, exit=-15), "it ends with status -15", id="signal-not-handled"),
    ],
)
def test_each_duty_is_held(seen: Drained, said: str) -> None:
    """Whatever is not done is told, and nothing else."""
    assert [fault.what for fault in judge(seen, 0.2, [])] == [said]


def test_a_second_signal_has_to_be_heeded() -> None:
    """A process that is told twice ends."""
    assert [fault.what for fault in judge(GOOD, None, [])] == ["a second signal does not end it"]
    assert not judge(GOOD, 0.2, [])


def test_requests_count_until_balancers_have_turned_away() -> None:
    """What comes when the drain is over may be refused; what comes before may not."""
    samples = tuple(Sample(0, due, 0.0, 0.01, 200) for due in (0.0, 5.0, 10.5, 10.7, 11.0))
    seen = replace(GOOD, load=Ran(0.0, 12.0, 1.0, samples))
    assert [each.due for each in during(seen, SHORT)] == [0.0, 5.0, 10.5]
