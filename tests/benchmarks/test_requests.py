import threading
import time

from benchmarks import requests
from benchmarks.requests import Sent


class Server:
    """Answers after a moment, and notes how many wait at once."""

    def __init__(self) -> None:
        self.most: list[int] = []
        self._waiting = 0
        self._lock = threading.Lock()

    def ask(self) -> str:
        with self._lock:
            self._waiting += 1
            self.most.append(self._waiting)
        time.sleep(0.002)
        with self._lock:
            self._waiting -= 1
        return "HTTP 200"


def test_one_asker_waits_for_each_answer_before_the_next_request() -> None:
    server = Server()
    sent = requests.send(server.ask, 5)
    assert server.most == [1] * 5
    assert sent.seconds >= sum(sent.taken) >= 5 * 0.002


def test_several_askers_ask_at_once_and_no_more_than_they_are() -> None:
    server = Server()
    assert requests.send(server.ask, 20, 4).endings() == "20 HTTP 200"
    assert 1 < max(server.most) <= 4


def test_requests_are_sent_in_their_order() -> None:
    order: list[int] = []

    def ask(number: int) -> str:
        order.append(number)
        return f"HTTP {number}"

    sent = requests.send_each([lambda number=number: ask(number) for number in (3, 1, 2)])  # type: ignore[misc]
    assert order == [3, 1, 2]
    assert sent.ended == ["HTTP 3", "HTTP 1", "HTTP 2"]


def test_cells_tell_the_rate_and_percentiles_by_nearest_rank_in_milliseconds() -> None:
    sent = Sent(2.0, [number / 1000 for number in range(1, 101)], ["HTTP 200"] * 100)
    assert sent.cells() == (100, "2.0", "50.0", "50.0", "95.0")
    assert len(sent.cells()) == len(requests.HEADER)


def test_refused_requests_are_neither_a_rate_nor_a_time() -> None:
    sent = Sent(2.0, [0.001] * 90 + [0.02] * 10, ["HTTP 429"] * 90 + ["HTTP 200"] * 10)
    assert sent.cells() == (100, "2.0", "5.0", "20.0", "20.0")
    assert sent.endings() == "10 HTTP 200, 90 HTTP 429"
    assert Sent(1.0, [0.1], ["HTTP 500"]).percentile(50) == 0
