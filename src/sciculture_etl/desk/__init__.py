"""The desk: the pages on which institutions check and send in files, and operators decide."""
