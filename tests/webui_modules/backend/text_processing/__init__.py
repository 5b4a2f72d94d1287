"""Reads prompts."""
