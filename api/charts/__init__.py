"""Pictures of figures: one value, `Chart`, from which the drawing, the table and the CSV are all made.

Nothing here reads a release or knows HTTP; the words in a chart come with it.
"""
