"""The installed models as eyes. Imported in the worker process only: what they need would disturb the host."""

LANDMARKS = "shape_predictor_5_face_landmarks.dat"
WEIGHTS = "dlib_face_recognition_resnet_model_v1.dat"
"""The two files of face_recognition_models that are read; both are CC0."""
