"""What is asked: scenarios as values, and what they mean for a declared model."""
