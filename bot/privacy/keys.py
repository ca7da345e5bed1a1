"""The keys that personal columns and the spool are encrypted with.

`NIGHTLIGHT_KEYS` holds one or more Fernet keys, separated by commas. The first
encrypts, each may decrypt. To rotate, put a new key in front, and take the old
one away only when `nightlight keys rotate` has written everything anew.

Look-ups (a phone, a question asked before) are by a keyed hash. What is stored has
the hash of the first key, what is looked for may have that of any: until the rotation
has made them anew, together with what they were made from, the old ones are found too.
"""

import base64
import hashlib
import hmac
import logging
import os
import tempfile
from functools import lru_cache
from pathlib import Path

from cryptography.fernet import Fernet, InvalidToken, MultiFernet
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from bot.errors import NightlightError
from bot.settings import settings

DEVELOPMENT_KEY = "development.key"
HASH_PURPOSE = b"nightlight keyed hash 1"
_MAKE_ONE = "python -c 'from cryptography.fernet import Fernet; print(Fernet.generate_key().decode())'"

log = logging.getLogger(__name__)


class WrongKey(NightlightError):
    """What was stored cannot be read with any of the keys at hand."""


def encrypt(text: str) -> str:
    """`text` encrypted with the first key. Raises `NightlightError` if there is no usable key."""
    return cipher().encrypt(text.encode()).decode()


def decrypt(token: str) -> str:
    """The text that `encrypt` was given.

    Raises `WrongKey` if no key fits or the token is damaged, `NightlightError` if there is no usable key.
    """
    try:
        return cipher().decrypt(token.encode()).decode()
    except InvalidToken as error:
        raise WrongKey(
            "Something stored cannot be decrypted: it is damaged, or NIGHTLIGHT_KEYS lacks the key it was "
            "written with. Add that key behind the others."
        ) from error


def rotated(token: str) -> str | None:
    """`token` encrypted with the first key; None if it is already. Raises `WrongKey` if no key fits."""
    first, *_ = key_ring()
    try:
        Fernet(first).decrypt(token.encode())
    except InvalidToken:
        return encrypt(decrypt(token))
    return None


def derived_keys(purpose: str) -> list[bytes]:
    """A key of 32 bytes for `purpose` alone, from each of the keys, the present one first.

    Sign with the first and accept all: what was signed before a rotation is good as long as the old key is there.
    """
    return [_derived(key, f"nightlight {purpose} 1".encode()) for key in key_ring()]


def keyed_hash(text: str) -> str:
    """A hash of `text` (64 hex digits) that nobody can compute or guess at without the first key."""
    return keyed_hashes(text)[0]


def keyed_hashes(text: str) -> list[str]:
    """The hash of `text` by each of the keys: those that it may be stored under, the present one first."""
    return [hmac.new(_hash_key(key), text.encode(), hashlib.sha256).hexdigest() for key in key_ring()]


@lru_cache(maxsize=1)
def cipher() -> MultiFernet:
    """What encrypts and decrypts in this process. Raises `NightlightError` if there is no usable key."""
    return MultiFernet([Fernet(key) for key in key_ring()])


@lru_cache(maxsize=1)
def key_ring() -> tuple[str, ...]:
    """The keys of this process, the one that encrypts first.

    Raises `NightlightError` if one is not a Fernet key, or if there is none in production.
    """
    given = [key.strip() for key in settings().keys.split(",") if key.strip()]
    if given:
        return tuple(_checked(key, f"key {n} of {len(given)} in NIGHTLIGHT_KEYS") for n, key in enumerate(given, 1))
    if settings().production:
        raise NightlightError(
            "NIGHTLIGHT_KEYS is not set, and production does not store what mothers write without it. "
            f"Make a key with\n  {_MAKE_ONE}\nset it, and keep a copy elsewhere: without it nothing stored can be read."
        )
    path = settings().var / DEVELOPMENT_KEY
    return (_checked(_development_key(path), str(path)),)


def _checked(key: str, name: str) -> str:
    try:
        Fernet(key)
    except ValueError as error:
        raise NightlightError(f"The {name} is not a Fernet key. Make one with\n  {_MAKE_ONE}") from error
    return key


def _development_key(path: Path) -> str:
    if not path.exists():
        _make_development_key(path)
    return path.read_text(encoding="ascii").strip()


def _make_development_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    file, draft = tempfile.mkstemp(prefix=path.name, dir=path.parent)  # readable by its owner only
    try:
        os.write(file, Fernet.generate_key())
        # A link, not a rename: of several processes that start at once, the first one's key stays.
        os.link(draft, path)
    except FileExistsError:
        return
    finally:
        os.close(file)
        os.unlink(draft)
    log.warning("NIGHTLIGHT_KEYS is not set: made %s. Fit for development, refused in production.", path)


def _hash_key(key: str) -> bytes:
    return _derived(key, HASH_PURPOSE)


def _derived(key: str, purpose: bytes) -> bytes:
    derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=purpose)
    return derived.derive(base64.urlsafe_b64decode(key))
