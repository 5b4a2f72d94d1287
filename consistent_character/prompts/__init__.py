"""The prompt language, with A1111's meaning; the tutorial's zooms and viewing angles; and what is never rendered."""
