"""The same job by this project and by its peers: one file a peer, projects as templates, environments as lists."""
