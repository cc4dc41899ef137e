"""Hostile queries, asked of a process that may die of them: ``python -m tests.promqlfuzz``.

Every query is to be answered or refused with ``QueryError``: quickly, in little memory, and without a word
on standard error, where the native parser prints each panic. What did harm once stands in ``found``.
"""
