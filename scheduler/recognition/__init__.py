"""The dated rules: the catalogue read from TOML, and what a held certificate spares its holder."""
