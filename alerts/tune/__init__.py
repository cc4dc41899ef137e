"""The frontier of burn-rate policies over cases and history: how soon they page against how often in vain."""
