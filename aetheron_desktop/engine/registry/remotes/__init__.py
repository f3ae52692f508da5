"""Other places that a model is kept at: pushed to and pulled from, by folder, SSH and HTTPS."""
