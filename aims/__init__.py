"""AI Media Studio: one program that makes pictures and films through hosted models, for people and for agents."""
