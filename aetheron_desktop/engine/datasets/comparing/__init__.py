"""How two tables differ, by rows and by distributions."""
