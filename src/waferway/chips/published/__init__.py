"""Published cost models, reproduced from their formulas to check ours and to compare with.

Nothing else in waferway computes with them; their parameters are those of their authors.
"""
