"""Small worlds that we draw and train ourselves, so that everything here can be tried for real on any machine."""
