"""How the block model is made: labels from pages whose text is known, and the fit.

Used by ``bench/body_model.py`` alone; nothing here runs when pages are extracted.
"""
