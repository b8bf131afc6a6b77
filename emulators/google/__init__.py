"""Google on this machine: the Gemini API for pictures by a key, and Vertex for films by a service account."""
