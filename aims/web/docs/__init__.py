"""The documentation at `/docs`: four pages for four ways to ask, and one that shows what pages are made of.

Nothing on them is told twice. Parameters, errors, prices, tools and skills come from what answers with them; what the
`aims` command takes is handed over by whoever serves the pages, as the web face does not know the command line.
"""
