"""`auditor app`: the whole way from files to a letter on a local web page, for people who use no terminal."""
