"""What can be seen in an image."""
