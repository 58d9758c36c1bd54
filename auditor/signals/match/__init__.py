"""Do more people match, and do lesser cases make up more of the matches, than in comparable places?"""
