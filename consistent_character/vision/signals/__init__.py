"""What a forest test sees in its pictures: whether the scene is there, and whether the person is."""
