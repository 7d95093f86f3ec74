"""Receipt numbers: the service's letters, date (GB/T 7408.1), serial, check digit (GB/T 17710 MOD 11,10)."""

from __future__ import annotations

import re
from datetime import date


def receipt_number(prefix: str, day: date, serial: int) -> str:
    """For example YLRZ20261125000017 and its check digit."""
    body = f"{day:%Y%m%d}{serial:06d}"
    return f"{prefix}{body}{check_digit(body)}"


def check_digit(digits: str) -> str:
    """ISO 7064 MOD 11,10 over decimal digits."""
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


def valid(number: str) -> bool:
    """Whether the check digit fits."""
    match = re.fullmatch(r"[A-Z]+(\d{14,})(\d)", number)
    return match is not None and check_digit(match[1]) == match[2]
