"""What can go wrong, and what leaves a line of the checklist unknown.

CampaignError     a campaign file, or the environment, is wrong: file, key, what was expected
TokenError        the shop does not take the admin token that was given, or wants one
UnansweredError   something could not be measured: what was asked, what came back
"""


class CampaignError(Exception):
    """A campaign that cannot be gone through; the text is one message for the user."""


class TokenError(Exception):
    """The shop lets nobody in with this token, or without one; the text says which shop."""


class UnansweredError(Exception):
    """What could not be measured; the text says what was asked and what came back.

    status: of the answer, where there was one.
    """

    def __init__(self, message: str, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status
