"""Audio files: what they are, what is in them, and their tags."""
