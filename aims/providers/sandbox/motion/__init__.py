"""Films of the sandbox: scenes kept as layers, a camera that moves over them, and sound.

`shots` reads the camera from the words, `layers` and `sets` build what stands in front of it, `clouds`, `weather`
and `actors` make it live, `warp` moves over a finished picture, `sounds` and `music` are heard with it, and `reel`
writes the MP4.
"""
