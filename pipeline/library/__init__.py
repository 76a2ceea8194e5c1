"""The shelf: where finished songs live, under names that are safe everywhere."""
