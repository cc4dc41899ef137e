"""Scrapes, stores, answers PromQL and evaluates rules; imports none of ours."""
