"""What a process has used for a moment goes back to the system."""

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import threading
from backwright import memory
from argon2.low_level import Type, hash_secret_raw
if {settled}:
    memory.settle()
def work():
    for _ in range(3):
        hash_secret_raw(b"password", b"saltsaltsalt", 1, 32_000, 1, 32, Type.ID)
threads = [threading.Thread(target=work) for _ in range(3)]
[each.start() for each in threads]
[each.join() for each in threads]
print(int(open("/proc/self/statm").read().split()[1]) * 4096 // 1_000_000)
"""


@pytest.mark.skipif(not Path("/proc/self/statm").exists(), reason="this system does not tell")
def test_hashing_passwords_does_not_leave_a_process_large() -> None:
    """32 MB three times over in three threads, and nothing of it stays."""
    found = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(settled=True)], capture_output=True, text=True, check=True
    )
    assert int(found.stdout) < 60
