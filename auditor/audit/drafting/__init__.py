"""`auditor init`: from files to a configuration in which every doubt is a question."""
