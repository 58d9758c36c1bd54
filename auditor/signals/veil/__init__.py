"""Parts of the signal veil-of-darkness: stops with their sun, designs, fits and the panel."""
