"""What can go wrong before the checklist begins.

CampaignError   a campaign file is wrong: file, key, what was expected
"""


class CampaignError(Exception):
    """The text is one line for the user."""
