"""Pages that a stranger may see: the front page, shared pictures, style previews."""
