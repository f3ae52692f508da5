"""What the view Prepare is made of: the steps and their effects, the forms of each kind, the list and the examples."""
