"""Are there more than the population at risk predicts?"""
