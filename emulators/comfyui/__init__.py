"""A ComfyUI server on this machine: takes workflows of core nodes, tells how far they are, and saves small files."""
