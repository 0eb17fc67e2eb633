"""The pages of operators: tonight's run, what waits, decisions, the next release."""
