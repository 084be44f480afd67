"""Takes pages out for good: out of the store, of every release that is kept, of what runs and harvests left behind.

What belongs here: what is named (``targets``), what there is of it (``search``), and the steps in their order, made
whole after a crash (``carrying_out``, ``journal``, ``harvested``). What does not: rows in Delta tables
(``tasks.store.erasure``) and files of a release (``tasks.release.rewriting``).

Nothing is loaded with the package: each run asks the journal whether a removal is under way, and few have to know how
one is carried out, which loads all of harvest.
"""
