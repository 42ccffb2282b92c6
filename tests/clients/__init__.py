"""Third-party clients, as they come from their package index, doing their job against the sandbox."""
