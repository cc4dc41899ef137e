"""What may have caused an impact, from signals alone: hypotheses with evidence and counter-evidence."""
