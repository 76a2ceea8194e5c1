"""The listening room: measures in, verdict out. Pure: no I/O."""
