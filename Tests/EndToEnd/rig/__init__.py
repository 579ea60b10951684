"""What the end-to-end tests stand on: a gate with a home of its own, clients, servers, a fake AWS, a terminal."""
