"""The questions: one file a signal, found by searching the folders of this package."""
