"""Pictures: the cover that travels with a song, and the plot of what the ear found."""
