"""Quality: the suites of Great Expectations, for what is loaded and what is published alike."""
