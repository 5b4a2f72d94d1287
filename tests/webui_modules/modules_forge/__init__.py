"""What only Forge has beside its `modules`."""
