"""Marks of records that were rounded, copied or made up, and of months that stop."""
