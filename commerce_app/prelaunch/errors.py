"""What can go wrong, and what leaves a line of the checklist unknown.

CampaignError     a campaign file, or the environment, is wrong: file, key, what was expected
UnansweredError   something could not be measured: what was asked, what came back
"""


class CampaignError(Exception):
    """A campaign that cannot be gone through; the text is one message for the user."""


class UnansweredError(Exception):
    """What could not be measured; the text says what was asked and what came back."""
