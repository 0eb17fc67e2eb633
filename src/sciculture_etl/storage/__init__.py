"""Storage: journals, the writer's lock, databases that broke, room on the disk; whatever a warehouse holds."""
