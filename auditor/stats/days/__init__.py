"""Days of an operation against ordinary days."""
