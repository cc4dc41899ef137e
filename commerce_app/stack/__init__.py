"""Starts and stops the servers that the shop stands on."""
