"""What is known of an iteration: one file for each signal, each 0..1, with its direction, its reason and its source."""
