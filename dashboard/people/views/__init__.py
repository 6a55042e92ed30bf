"""The pages about people, a page group a file."""
