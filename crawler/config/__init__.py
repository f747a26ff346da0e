"""Configuration: every setting with its type and default, and the value in force; and outlets: built in, from
tables in luubao.toml, and from the user's own spiders."""
