"""The signed document as a file: pages of proof behind it, and the company's seal."""
