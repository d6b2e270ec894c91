"""`wakeful reconcile`."""

from tests.cli.answering import server
from tests.cli.command import call


def test_it_asks_the_controller_to_look() -> None:
    with server(202, {"accepted": True}) as (address, sent):
        result = call("reconcile", "--server", address)

    assert (result.exit_code, result.stderr) == (0, "asked the controller to look now\n")
    assert sent == [("/api/v1/reconcile", {})]


def test_a_server_that_is_down_exits_with_5() -> None:
    result = call("reconcile", "--server", "http://127.0.0.1:9")

    assert result.exit_code == 5
    assert result.stderr.startswith("error: http://127.0.0.1:9 does not answer: connection refused\n")
