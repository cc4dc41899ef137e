"""`postmortem lint`: reads a post-mortem in Markdown and finds where it contradicts itself."""
