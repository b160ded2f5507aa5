"""Lines reach their stream whole, in order, and never hold anybody up."""

import io
import json
import os
import subprocess
import sys
import time

from backwright import log_writer
from backwright.log_writer import Writer, pieces

SPEAKER = """
import sys
from backwright.log_writer import Writer, unbuffered
writer = Writer(unbuffered(sys.stdout.buffer))
for number in range(4000):
    writer.add(b'{"who": %d, "number": %d, "text": "%s"}' % (int(sys.argv[1]), number, b"x" * (number % 500)))
writer.close()
"""
TALKER = """
import sys
from backwright import log_writer
log_writer.CLOSING_SECONDS = 0.2
writer = log_writer.Writer(log_writer.unbuffered(sys.stdout.buffer))
for number in range(4000):
    writer.add(b"x" * 100)
writer.close()
"""


def test_a_piece_is_as_many_whole_lines_as_fit() -> None:
    """A line that is longer is a piece of its own."""
    found = list(pieces([b"a" * 2000, b"b" * 2000, b"c" * 2000, b"d" * 9000, b"e"]))
    assert [(len(piece), count) for piece, count in found] == [(4002, 2), (2001, 1), (9001, 1), (2, 1)]
    assert b"".join(piece for piece, _ in found).count(b"\n") == 5


def test_lines_of_several_workers_do_not_run_into_each_other() -> None:
    """Into one pipe, which is full most of the time."""
    reading, writing = os.pipe()
    speakers = [
        subprocess.Popen([sys.executable, "-c", SPEAKER, str(number)], stdout=writing) for number in range(3)
    ]
    os.close(writing)
    time.sleep(0.5)
    with open(reading, "rb") as stream:
        found = [json.loads(line) for line in stream]
    assert [speaker.wait() for speaker in speakers] == [0, 0, 0]
    for who in range(3):
        assert [each["number"] for each in found if each["who"] == who] == list(range(4000))


def test_a_process_ends_although_nobody_reads_its_lines() -> None:
    """The last ones are lost, not the shutdown."""
    reading, writing = os.pipe()
    with subprocess.Popen([sys.executable, "-c", TALKER], stdout=writing, stderr=subprocess.PIPE) as talker:
        os.close(writing)
        assert talker.wait(timeout=60) == 0, talker.stderr
    os.close(reading)


class Narrow(io.BytesIO):
    """A stream that takes a few bytes at a time, as a terminal may."""

    def write(self, data: object) -> int:
        assert isinstance(data, bytes)
        return super().write(data[:7])


def test_what_a_stream_does_not_take_at_once_follows() -> None:
    """Nothing is cut off."""
    writer = Writer(stream := Narrow())
    writer.add(b"a line that is longer than seven bytes")
    writer.close()
    assert stream.getvalue() == b"a line that is longer than seven bytes\n"


def test_a_stuck_output_costs_lines_and_no_time() -> None:
    """The queue is bounded; what does not fit is dropped and counted."""
    writer = Writer(io.BytesIO())
    writer.close()  # nobody empties the queue any more, as if the pipe were full
    for _ in range(log_writer.MAX_WAITING + 5):
        writer.add(b"{}")
    assert writer.dropped == 5


def test_a_closed_output_is_survived() -> None:
    """A log collector that went away does not take the service along."""
    stream = io.BytesIO()
    stream.close()
    writer = Writer(stream)
    writer.add(b"{}")
    writer.flush()
    assert writer.dropped == 1
    writer.close()
