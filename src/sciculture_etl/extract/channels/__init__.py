"""Channels: the folders and servers that submissions are taken from, one file a kind."""
