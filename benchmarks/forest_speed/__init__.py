"""What the forest test's speed is measured with."""
