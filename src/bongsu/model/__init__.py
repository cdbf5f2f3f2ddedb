"""The nouns: one a file, frozen, without behaviour beyond what follows from their own fields. SI, radians, integer nanoseconds UTC."""
