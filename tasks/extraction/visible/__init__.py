"""What readers see of a page: what stands around the headline, bylines, dates and tag lists.

What belongs here: candidates, found in the tree, each with how much speaks for it. What does not: machine-readable
declarations (``structured``), the body text (``body``), and the choice (``fields``).
"""
