"""What is done with the models of a workspace: changes, differences, conditions, lineage, reproduction and clean-up."""
