"""Wallets: charging and debiting, with a ledger."""
