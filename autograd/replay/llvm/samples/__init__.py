"""What a program computes for each sample, eight samples at a time."""
