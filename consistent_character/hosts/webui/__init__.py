"""AUTOMATIC1111's web UI, reForge and Forge: draws and trains with what is loaded there, and leaves it as it was.

Where they differ is `kinds`. Forge has no trainer.

Nothing else imports the web UI's `modules`, and nothing here is imported outside the web UI.
"""
