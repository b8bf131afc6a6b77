"""The rules of this repository that a script can see. `./dev check` runs them; `./dev check NAME` runs one.

Each file holds one subject, each check is a function from the root folder to a list of findings, and
`table.py` names them all.
"""
