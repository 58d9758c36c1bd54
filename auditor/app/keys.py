"""Who may come in: a link that works once, the cookie that it is exchanged for, and the mark of our own forms."""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, field
from typing import Final

BYTES: Final = 32


def _fresh() -> str:
    return secrets.token_urlsafe(BYTES)


@dataclass
class Keys:
    """The secrets of one start of the program; they are never written anywhere.

    Attributes
    ----------
    link : str
        Token of the link that was printed; a new one as soon as it is used.
    session : str
        Value of the cookie.
    form : str
        Hidden in every form.
    """

    link: str = field(default_factory=_fresh)
    session: str = field(default_factory=_fresh)
    form: str = field(default_factory=_fresh)

    def spend(self, token: str) -> bool:
        """Tell whether a token is that of the link, which then works no more."""
        if not _same(token, self.link):
            return False
        self.link = _fresh()
        return True

    def admits(self, cookie: str) -> bool:
        """Tell whether a cookie is ours."""
        return _same(cookie, self.session)

    def signed(self, given: str) -> bool:
        """Tell whether a form is one of our own pages'."""
        return _same(given, self.form)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode("utf-8", "surrogatepass"), other.encode())
