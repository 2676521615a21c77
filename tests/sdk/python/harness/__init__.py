"""What the tests stand on: the server as a process, its answers checked, and three ways to reach it."""
