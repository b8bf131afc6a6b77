"""REST API v1, under `/api/v1`: what scripts, our own clients and other people's programs talk to."""
