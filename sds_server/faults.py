"""Refusals: an HTTP status, the reference's authentication word, and what is wrong in words."""

from __future__ import annotations

VALID = "ValidCredentials"
INVALID = "InvalidCredentials"
EXPIRED = "CredentialsExpired"
NOT_AUTHORIZED = "NotAuthorized"
NO_KEY = "NoCredentials"
NONE = "None"


class Fault(Exception):  # noqa: N818  # "fault" is the word of this product
    """A request that is refused. `details` go to the caller as `errorDetails`: never a key."""

    def __init__(
        self, status: int, *details: str, auth: str = VALID, allow: tuple[str, ...] = ()
    ) -> None:
        super().__init__(status, *details)
        self.status = status
        self.details = details
        self.auth = auth
        self.allow = allow


def bad_parameter(name: str, message: str) -> Fault:
    """400, naming the parameter."""
    return Fault(400, f"{name}: {message}")


def refused(message: str, auth: str = INVALID) -> Fault:
    """401: the key is missing, unknown or expired."""
    return Fault(401, message, auth=auth)


def not_authorized(message: str) -> Fault:
    """401: the key is a valid one, but not one that may do this."""
    return Fault(401, message, auth=NOT_AUTHORIZED)


def not_found(message: str) -> Fault:
    return Fault(404, message)


def over_limit(message: str) -> Fault:
    """403, naming the limit of the plan."""
    return Fault(403, message)
