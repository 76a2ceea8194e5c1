"""YAML, environment and flags become one checked value: the only room that reads `os.environ`."""
