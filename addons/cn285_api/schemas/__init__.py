"""What goes in and out, as pydantic models: the words of the API, and their documentation."""
