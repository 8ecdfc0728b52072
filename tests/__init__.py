"""The tests: folder by folder as the package, then journeys, house, benchmarks and drills."""
