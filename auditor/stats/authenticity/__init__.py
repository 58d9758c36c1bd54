"""Marks of records that were copied or made up."""
