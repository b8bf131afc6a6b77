"""Vertex on this machine. Google's two doors are one program (`emulators.google`); here it is opened by an account."""
