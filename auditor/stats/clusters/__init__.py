"""Logit fits and errors when rows of one officer or day resemble each other."""
