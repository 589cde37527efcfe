"""What analytics say over the API."""
