"""Does it depend on the officer being able to see who it is?"""
