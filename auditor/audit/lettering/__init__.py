"""From a review and a file of details to a letter on disk."""
