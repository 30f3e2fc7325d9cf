"""Storing and checking passwords."""

import hashlib
import hmac
import os

ROUNDS = 200_000


def hash_password(password: str) -> str:
    """Hash a password with a fresh salt, so that equal passwords differ in the database."""
    salt = os.urandom(16)
    key = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, ROUNDS)
    return f"{salt.hex()}:{key.hex()}"


def check_password(password: str, stored: str) -> bool:
    """Whether a password is the stored one; takes the same time either way."""
    salt, _, key = stored.partition(":")
    candidate = hashlib.pbkdf2_hmac("sha256", password.encode(), bytes.fromhex(salt), ROUNDS)
    return hmac.compare_digest(candidate.hex(), key)


class LoginThrottle:
    """Slows down whoever guesses passwords."""

    def __init__(self, limit: int = 5) -> None:
        self.limit = limit
        self.failures: dict[str, int] = {}

    def record_failure(self, address: str) -> None:
        self.failures[address] = self.failures.get(address, 0) + 1

    def is_blocked(self, address: str) -> bool:
        """Whether an address has failed too often."""
        return self.failures.get(address, 0) >= self.limit
