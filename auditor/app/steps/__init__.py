"""The pages of the app, one file a step."""
