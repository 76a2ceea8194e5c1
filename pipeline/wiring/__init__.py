"""The wiring: the only place that knows which class does which job."""
