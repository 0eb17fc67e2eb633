"""What the commands show people on the console, and machines as JSON."""
