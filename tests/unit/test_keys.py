"""What is stored can be read with the right keys, and with no others."""

import logging
import stat
from collections.abc import Callable
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from bot.errors import NightlightError
from bot.privacy.keys import (
    WrongKey,
    cipher,
    decrypt,
    derived_keys,
    encrypt,
    key_ring,
    keyed_hash,
    keyed_hashes,
    rotated,
)
from bot.settings import settings
from support import at_once

OLD, NEW = (Fernet.generate_key().decode() for _ in range(2))
Configure = Callable[..., None]


def test_what_is_encrypted_can_be_read_and_does_not_show(configure: Configure) -> None:
    token = encrypt("tired")
    assert "tired" not in token
    assert decrypt(token) == "tired"


def test_an_operator_who_puts_a_new_key_in_front_reads_the_old_and_finds_the_old(configure: Configure) -> None:
    configure(NIGHTLIGHT_KEYS=OLD)
    token, hashed = encrypt("tired"), keyed_hash("2145550142")
    configure(NIGHTLIGHT_KEYS=f"{NEW}, {OLD}")
    assert decrypt(token) == "tired"
    assert keyed_hashes("2145550142") == [keyed_hash("2145550142"), hashed]
    assert Fernet(NEW).decrypt(encrypt("tired")) == b"tired"


def test_each_purpose_has_a_key_of_its_own_from_each_key(configure: Configure) -> None:
    configure(NIGHTLIGHT_KEYS=OLD)
    [old] = derived_keys("signing")
    configure(NIGHTLIGHT_KEYS=f"{NEW},{OLD}")
    new, behind = derived_keys("signing")
    assert behind == old
    assert len({new, old, *derived_keys("counting"), keyed_hash("signing").encode()}) == 5
    assert {len(key) for key in (new, old)} == {32}


def test_what_is_rotated_can_be_read_without_the_old_key_and_is_left_alone_the_next_time(configure: Configure) -> None:
    configure(NIGHTLIGHT_KEYS=OLD)
    token = encrypt("tired")
    configure(NIGHTLIGHT_KEYS=f"{NEW},{OLD}")
    again = rotated(token)
    assert again
    assert rotated(again) is None
    configure(NIGHTLIGHT_KEYS=NEW)
    assert decrypt(again) == "tired"
    with pytest.raises(WrongKey):
        rotated(token)


def test_an_operator_with_the_wrong_key_is_told_so(configure: Configure) -> None:
    configure(NIGHTLIGHT_KEYS=OLD)
    token = encrypt("tired")
    configure(NIGHTLIGHT_KEYS=NEW)
    with pytest.raises(WrongKey, match="NIGHTLIGHT_KEYS"):
        decrypt(token)


def test_an_operator_with_half_a_key_is_told_which_and_the_key_is_not_shown(configure: Configure) -> None:
    configure(NIGHTLIGHT_KEYS=f"{OLD},{NEW[:20]}")
    with pytest.raises(NightlightError, match="key 2 of 2") as error:
        cipher()
    assert NEW[:20] not in str(error.value)


def test_a_hash_cannot_be_made_without_the_key(configure: Configure) -> None:
    configure(NIGHTLIGHT_KEYS=OLD)
    hashed = keyed_hash("2145550142")
    configure(NIGHTLIGHT_KEYS=NEW)
    assert keyed_hash("2145550142") != hashed


def test_a_developer_gets_a_key_once_with_a_warning(configure: Configure, caplog: pytest.LogCaptureFixture) -> None:
    configure(NIGHTLIGHT_KEYS="")
    with caplog.at_level(logging.WARNING):
        token = encrypt("tired")
    path = settings().var / "development.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert [record.message for record in caplog.records if "development.key" in record.message]
    assert path.read_text() not in caplog.text
    caplog.clear()
    configure()
    assert decrypt(token) == "tired"
    assert not caplog.records
    assert list(path.parent.iterdir()) == [path]


def test_processes_that_start_at_once_share_the_developers_key(configure: Configure) -> None:
    configure(NIGHTLIGHT_KEYS="")
    assert len(set(at_once(lambda _: key_ring(), 8))) == 1


def test_production_without_a_key_is_refused_and_says_what_to_do(configure: Configure, tmp_path: Path) -> None:
    configure(NIGHTLIGHT_KEYS="", NIGHTLIGHT_ENVIRONMENT="production")
    with pytest.raises(NightlightError, match="Make a key with"):
        cipher()
    assert not (tmp_path / "var").exists()
