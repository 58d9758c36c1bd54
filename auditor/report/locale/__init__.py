"""Pages and letters in a second language: catalogues, finished texts, and the words of templates."""
