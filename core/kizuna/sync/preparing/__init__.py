"""Another process makes the rows of a first load's batches."""
