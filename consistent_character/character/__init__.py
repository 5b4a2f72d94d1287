"""The character folder: images, captions, verdicts, runs, and the journal that can take every change back."""
