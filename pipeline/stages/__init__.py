"""What happens at each stop of the road, told in terms of the seam alone."""
