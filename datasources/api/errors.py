"""What can go wrong between us and a service, in words that people can act on.

Rule for all of them: no text here ever holds a key. `remote_words` is scrubbed before it arrives.
The statuses are those of "Status Codes and Error Handling" of the public reference.
"""

# ruff: noqa: N818  the names say what happened; each is told from the others by its callers

from __future__ import annotations

from collections.abc import Sequence

from datasources.phrases import Phrase


class ServiceError(Exception):
    """A service did not do what was asked.

    code: short and stable (`key-refused`, `timeout`), for the job record.
    message: what happened and what to do, for people.
    can_retry: the same request may work later without any change.
    sent: False only when the service certainly has not taken the request; otherwise a request that
        changes something may have been carried out, unless `status` says that it was refused.
    status: the HTTP status, None where there was no answer.
    remote_words: what the service itself said, shortened, without keys.
    retry_after: seconds the service asked us to wait, if it did.
    """

    code = "service-error"
    can_retry = False

    def __init__(
        self,
        message: str,
        *,
        code: str = "",
        can_retry: bool | None = None,
        sent: bool = True,
        status: int | None = None,
        remote_words: str = "",
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or type(self).code
        self.can_retry = type(self).can_retry if can_retry is None else can_retry
        self.sent = sent
        self.status = status
        self.remote_words = remote_words
        self.retry_after = retry_after

    def __repr__(self) -> str:
        return (
            f"{type(self).__name__}(code={self.code!r}, status={self.status}, "
            f"sent={self.sent}, can_retry={self.can_retry}, message={self.message!r})"
        )


class KeyRefused(ServiceError):
    """401: the key is wrong, expired, of another account, or not the master key."""

    code = "key-refused"


class LimitReached(ServiceError):
    """403: a limit of the account's plan, or something its plan does not allow; also 429."""

    code = "limit-reached"


class NotFound(ServiceError):
    """404: no such data source, version, entity or job."""

    code = "not-found"


class BadRequest(ServiceError):
    """400 and its like: the service does not accept what was asked."""

    code = "bad-request"


class ServiceDown(ServiceError):
    """5xx, no connection, or no answer in time to a request that changes nothing."""

    code = "service-down"
    can_retry = True


class AnswerLost(ServiceError):
    """A request that changes something was sent, and no usable answer came back.

    It may have been carried out: look in the job list before it is sent again.
    """

    code = "answer-lost"


class BadAnswer(ServiceError):
    """The answer is not what the reference describes: HTML, half a JSON, a link elsewhere."""

    code = "bad-answer"


_RESULT_WORDS = {
    "credentialsexpired": (
        "key-expired",
        Phrase(
            "The service says that the key has expired. Store a new one under Keys, and choose it."
        ),
    ),
    "nocredentials": (
        "key-missing",
        Phrase("The service says that no key was sent. Choose one that is stored under Keys."),
    ),
    "notauthorized": (
        "key-not-allowed",
        Phrase(
            "The service says that this key is not allowed to do this. It is probably not the master key of this data source, which changes need. Check it under Keys, or choose another."
        ),
    ),
}
_KEY_REFUSED = (
    "key-refused",
    Phrase(
        "The service refused the key. It may be mistyped, expired, of another account, or not the master key of this data source. Check it under Keys, or choose another."
    ),
)


_NOT_KNOWN = Phrase(
    "The service does not know this data source, version, entity or job. It may have been deleted, "
    "or belong to another account: refresh the catalogue and look again."
)


def error_of_status(
    status: int,
    *,
    details: Sequence[str] = (),
    result_code: str = "",
    words: str = "",
    retry_after: float | None = None,
) -> ServiceError:
    """The error for an answer of 400 and above.

    details: `errorDetails` of the answer; result_code: its `authenticationResultCode`; words: what
    else it said. All scrubbed of keys.
    """
    said = "; ".join(details)
    remote = (said or words)[:2000]
    kind, code, message = _explain(status, said, result_code)
    return kind(
        message,
        code=code,
        status=status,
        remote_words=remote,
        retry_after=retry_after,
        can_retry=True if status in (408, 429) else None,
    )


def _explain(status: int, said: str, result_code: str) -> tuple[type[ServiceError], str, str]:
    if status == 401:
        code, words = _RESULT_WORDS.get(result_code.lower(), _KEY_REFUSED)
        return KeyRefused, code, _quoting(words, said)
    if status in (403, 429):
        return LimitReached, *_explain_limit(status, said)
    if status == 404:
        return (
            NotFound,
            "",
            _quoting(_NOT_KNOWN, said),
        )
    if status == 407:
        return (
            ServiceDown,
            "proxy",
            Phrase(
                "The network's proxy asks for a sign-in before it lets us through to the service. Whoever runs this site has to set the proxy's address and credentials."
            ),
        )
    if status == 408 or status >= 500:
        words = Phrase(
            "The service could not do this now (HTTP status {status}). Try again later.",
            status=status,
        )
        return ServiceDown, "service-down", _quoting(words, said)
    if status == 413:
        words = Phrase("The service refuses a file of this size.")
        return BadRequest, "too-large", _quoting(words, said)
    words = Phrase(
        "The service does not accept this request (HTTP status {status}).", status=status
    )
    return BadRequest, "", _quoting(words, said)


def _quoting(words: Phrase, said: str) -> Phrase:
    """The words, and what the service itself said."""
    return Phrase.sentences(words, Phrase("It says: {said}", said=said)) if said else words


def _explain_limit(status: int, said: str) -> tuple[str, str]:
    if status == 429:
        words = Phrase(
            "The service received too many requests from this account. Wait some minutes, then try "
            "again."
        )
        return "too-many-requests", _quoting(words, said)
    if said:
        return "limit-reached", (
            Phrase(
                "The service refused this because of a limit of the account: {said} Wait until jobs have ended, make room, or ask for a larger plan.",
                said=said,
            )
        )
    return "forbidden", (
        Phrase(
            "The service refuses this (HTTP status 403) and does not say why. Usually a limit of the account's plan is reached: compare the quota of jobs and data sources."
        )
    )
