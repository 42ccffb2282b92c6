"""How the sandbox is held to recorded answers and published schemas of the vendors."""
