"""Secrets are random, private to their owner, and judged by what an attacker could guess."""

import secrets
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from backwright.secret_key import check, fresh, stored, weakness


def test_random_secrets_pass() -> None:
    """What we make and usual tools print is accepted: base64 and hex, from 32 characters on."""
    for _ in range(200):
        check(fresh(), strict=True)
    refused = [each for each in (secrets.token_hex(32) for _ in range(2000)) if weakness(each)]
    assert len(refused) <= 4, refused  # fewer than one in ten thousand is expected


def test_too_few_bytes_are_refused_everywhere() -> None:
    """Also outside production."""
    with pytest.raises(ValueError, match="has 31 bytes"):
        check("x" * 31, strict=False)


def test_a_sentence_or_pattern_is_told_apart_from_randomness() -> None:
    """Each kind has its reason."""
    assert weakness("aaaaaaaabbbbbbbbccccccccdddddddd") == "it has too few different characters"
    assert weakness("k3J9xQ2mVb7T" * 3) == "it repeats itself"
    assert weakness("abcdef-Zq8Lw3Xn5Rt0Yp2Vk7Hs9Jd4G") == "it holds a plain sequence"
    assert weakness("my-Password-Zq8Lw3Xn5Rt0Yp2Vk7Hs") == "it holds a word of a placeholder"


def test_processes_that_start_together_agree_on_one_secret(tmp_path: Path) -> None:
    """The file appears whole or not at all, once."""
    path = tmp_path / "var" / "secret.key"
    with ThreadPoolExecutor(8) as pool:
        found = set(pool.map(lambda _: stored(path), range(32)))
    assert len(found) == 1
    assert [each.name for each in path.parent.iterdir()] == ["secret.key"]


def test_an_emptied_file_is_not_taken_for_a_secret(tmp_path: Path) -> None:
    """A truncated file must not become an empty key."""
    path = tmp_path / "secret.key"
    path.write_text("")
    with pytest.raises(ValueError, match="delete it"):
        stored(path)
