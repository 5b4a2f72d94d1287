"""AUTOMATIC1111's web UI (and reForge): draws and trains with what is loaded there, and leaves it as it was.

Nothing else imports the web UI's `modules`, and nothing here is imported outside the web UI.
"""
