"""Products that people own, one pure file each: frames, status, advertisement. Data, no clock."""
